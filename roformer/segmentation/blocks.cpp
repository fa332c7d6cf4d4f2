#include "roformer/segmentation/blocks.h"

#include "roformer/unicode/utf8.h"

namespace roformer::segmentation {

using unicode::decode_utf8;

Block first_block(std::string_view text) {
  const char* const end = text.data() + text.size();
  const char* p = text.data();
  bool kind = false;
  while (p < end) {
    const auto c = decode_utf8(p, end);
    const bool now = is_of_words(c.code);
    if (p == text.data()) kind = now;
    if (now != kind) break;
    p += c.size;
  }
  return {text.substr(0, static_cast<std::size_t>(p - text.data())), kind};
}

void cut_into_characters(std::string_view text, std::vector<std::string_view>& words) {
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const std::size_t left = static_cast<std::size_t>(end - p);
    const bool is_line_end = left > 1 && p[0] == '\r' && p[1] == '\n';
    const std::size_t size = is_line_end ? 2 : decode_utf8(p, end).size;
    words.emplace_back(p, size);
    p += size;
  }
}

}  // namespace roformer::segmentation
