#include "roformer/data/pair_documents.h"

#include <algorithm>
#include <utility>

#include "roformer/base/error.h"

namespace roformer::data {
namespace {

using Ids = std::vector<std::int64_t>;

// Words that stay of two texts where `room` fit: the longer one gives way (Google's BERT).
std::pair<std::size_t, std::size_t> fitting(std::size_t first, std::size_t second,
                                            std::size_t room) {
  if (first + second <= room) return {first, second};
  const std::size_t shorter = std::min({first, second, room / 2});
  return first <= second ? std::pair{shorter, room - shorter} : std::pair{room - shorter, shorter};
}

}  // namespace

Encode encode_pairs(Encode encode, std::int32_t separator) {
  return [encode = std::move(encode), separator](std::string_view text,
                                                 std::vector<std::int32_t>& ids) {
    const std::size_t tab = std::min(text.find('\t'), text.size());
    const std::size_t begin = ids.size();
    // A text that names the separator itself has none there.
    const auto encode_words = [&](std::string_view words) {
      const std::size_t before = ids.size();
      encode(words, ids);
      ids.erase(
          std::remove(ids.begin() + static_cast<std::ptrdiff_t>(before), ids.end(), separator),
          ids.end());
    };
    encode_words(text.substr(0, tab));
    const std::size_t end_of_first = ids.size();
    if (tab < text.size()) encode_words(text.substr(tab + 1));
    if (end_of_first > begin && ids.size() > end_of_first)
      ids.insert(ids.begin() + static_cast<std::ptrdiff_t>(end_of_first), separator);
  };
}

std::int64_t PairDocuments::count(std::int64_t length) const {
  constexpr std::int64_t shortest = 5;  // [CLS], a word, [SEP], a word, [SEP]
  base::require(
      length >= shortest,
      "[data] expected sequences of {} or more tokens for data.document = \"pair\" but got "
      "{}",
      shortest, length);
  return static_cast<std::int64_t>(documents_.size());
}

Sequence PairDocuments::read(std::int64_t length, std::int64_t sequence) const {
  require_sequence(sequence, count(length));
  const std::int64_t document = documents_[static_cast<std::size_t>(sequence)];
  Ids words(static_cast<std::size_t>(tokens_.document_length(document)));
  tokens_.read(document, 0, words);
  const std::size_t room = static_cast<std::size_t>(length) - 3;  // without [CLS], [SEP] and [SEP]
  const auto separator = std::find(words.begin(), words.end(), sep_id_);
  Sequence made{{cls_id_}, 0};
  const auto append = [&](Ids::const_iterator begin, std::size_t size) {
    made.ids.insert(made.ids.end(), begin, begin + static_cast<std::ptrdiff_t>(size));
    made.ids.push_back(sep_id_);
  };
  if (separator == words.end()) {
    append(words.begin(), std::min(words.size(), room));
    return made;
  }
  const auto [first, second] = fitting(static_cast<std::size_t>(separator - words.begin()),
                                       static_cast<std::size_t>(words.end() - separator - 1), room);
  append(words.begin(), first);
  made.separator = first + 1;
  append(separator + 1, second);
  return made;
}

}  // namespace roformer::data
