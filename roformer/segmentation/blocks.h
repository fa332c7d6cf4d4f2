// A text in pieces before words are looked for: what may be in words, and what stands alone.
#pragma once
#include <string_view>
#include <vector>

namespace roformer::segmentation {

constexpr bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Whether words may have a character: the ranges of jieba-rs.
constexpr bool is_of_words(char32_t c) {
  if (c >= 0x4E00 && c <= 0x9FFF) return true;
  if (c < 0x80) {
    const char byte = static_cast<char>(c);
    return is_letter_or_digit(byte) ||
           std::string_view("+#&._%-").find(byte) != std::string_view::npos;
  }
  constexpr struct {
    char32_t first, last;
  } ranges[] = {{0x3400, 0x4DBF},   {0xF900, 0xFAFF},   {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
                {0x2B740, 0x2B81F}, {0x2B820, 0x2CEAF}, {0x2CEB0, 0x2EBEF}, {0x2F800, 0x2FA1F}};
  for (const auto& range : ranges)
    if (c >= range.first && c <= range.last) return true;
  return false;
}

/// Characters that may all be in words (ideographs, a-z A-Z 0-9 +#&._%-), or none of which may.
struct Block {
  std::string_view text;
  bool is_of_words = false;
};

/// The longest block that a text begins with; the text is not empty.
Block first_block(std::string_view text);

/// Appends each character, "\r\n" as one.
void cut_into_characters(std::string_view text, std::vector<std::string_view>& words);

}  // namespace roformer::segmentation
