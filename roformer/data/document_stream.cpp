#include "roformer/data/document_stream.h"

#include <algorithm>
#include <span>

namespace roformer::data {

DocumentStream::DocumentStream(const TokenCache& tokens, const std::vector<std::int64_t>& documents,
                               std::int64_t separator)
    : tokens_(tokens), documents_(documents), separator_(separator) {
  starts_.reserve(documents.size() + 1);
  std::int64_t start = 0;
  for (const std::int64_t document : documents) {
    starts_.push_back(start);
    start += tokens.document_length(document) + 1;  // and the separator
  }
  // Nothing follows the last document.
  starts_.push_back(std::max<std::int64_t>(0, start - 1));
}

void DocumentStream::read(std::int64_t begin, std::int64_t end,
                          std::vector<std::int64_t>& out) const {
  auto index = static_cast<std::size_t>(
                   std::upper_bound(starts_.begin(), starts_.end() - 1, begin) - starts_.begin()) -
               1;
  while (begin < end) {
    const std::int64_t offset = begin - starts_[index];
    const std::int64_t left = tokens_.document_length(documents_[index]) - offset;
    const std::int64_t taken = std::min(left, end - begin);
    const std::size_t size = out.size();
    out.resize(size + static_cast<std::size_t>(taken));
    tokens_.read(documents_[index], offset, std::span(out).subspan(size));
    begin += taken;
    if (begin < end) {
      out.push_back(separator_);
      ++begin;
      ++index;
    }
  }
}

std::int64_t PackedDocuments::count(std::int64_t length) const {
  require_length(length);
  const std::int64_t room = length - 2;
  return (stream_.size() + room - 1) / room;
}

Sequence PackedDocuments::read(std::int64_t length, std::int64_t sequence) const {
  require_sequence(sequence, count(length));
  const std::int64_t room = length - 2;
  Sequence made{{cls_id_}, 0};
  stream_.read(sequence * room, std::min(stream_.size(), (sequence + 1) * room), made.ids);
  made.ids.push_back(sep_id_);
  return made;
}

}  // namespace roformer::data
