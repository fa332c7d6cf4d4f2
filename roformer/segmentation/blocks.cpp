#include "roformer/segmentation/blocks.h"

#include "roformer/unicode/utf8.h"

namespace roformer::segmentation {

using unicode::decode_utf8;

namespace {

// The characters that words may have: the ranges of jieba-rs.
bool is_of_words(char32_t c) {
  if (c < 0x80) {
    const char byte = static_cast<char>(c);
    return is_letter_or_digit(byte) ||
           std::string_view("+#&._%-").find(byte) != std::string_view::npos;
  }
  constexpr struct {
    char32_t first, last;
  } ranges[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},
                {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F},
                {0x2B820, 0x2CEAF}, {0x2CEB0, 0x2EBEF}, {0x2F800, 0x2FA1F}};
  for (const auto& range : ranges)
    if (c >= range.first && c <= range.last) return true;
  return false;
}

}  // namespace

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
