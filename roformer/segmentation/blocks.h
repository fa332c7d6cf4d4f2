// A text in pieces before words are looked for: what may be in words, and what stands alone.
#pragma once
#include <string_view>
#include <vector>

namespace roformer::segmentation {

/// Characters that may all be in words (ideographs, a-z A-Z 0-9 +#&._%-), or none of which may.
struct Block {
  std::string_view text;
  bool is_of_words = false;
};

/// The longest block that a text begins with; the text is not empty.
Block first_block(std::string_view text);

/// Appends each character, "\r\n" as one.
void cut_into_characters(std::string_view text, std::vector<std::string_view>& words);

constexpr bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace roformer::segmentation
