#include "roformer/text/byte_encoder.h"

#include "roformer/unicode/utf8.h"

namespace roformer::text {
namespace {

void append_byte_offsets(std::string_view text, std::int32_t& offset,
                         std::vector<Offset>& offsets) {
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end; ++offset) {
    const std::uint32_t size = unicode::decode_utf8(p, end).size;
    offsets.insert(offsets.end(), size, {offset, offset + 1});
    p += size;
  }
}

}  // namespace

void ByteEncoder::append_bytes(std::string_view text, std::vector<std::int32_t>& ids) const {
  const std::size_t done = ids.size();
  ids.resize(done + text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    ids[done + i] = first_byte_id_ + static_cast<unsigned char>(text[i]);
  }
}

void ByteEncoder::encode(std::string_view text, std::vector<std::int32_t>& ids) const {
  std::size_t done = 0;
  while (const auto match = matcher_.find(text, done)) {
    append_bytes(text.substr(done, match->begin - done), ids);
    ids.push_back(match->id);
    done = match->end;
  }
  append_bytes(text.substr(done), ids);
}

void ByteEncoder::encode(std::string_view text, std::vector<std::int32_t>& ids,
                         std::vector<Offset>& offsets) const {
  encode(text, ids);
  std::size_t done = 0;
  std::int32_t offset = 0;
  while (const auto match = matcher_.find(text, done)) {
    append_byte_offsets(text.substr(done, match->begin - done), offset, offsets);
    const std::int32_t begin = offset;
    offset += unicode::count_code_points(text.substr(match->begin, match->end - match->begin));
    offsets.push_back({begin, offset});
    done = match->end;
  }
  append_byte_offsets(text.substr(done), offset, offsets);
}

}  // namespace roformer::text
