// Where the tokenizer that published checkpoints were made with (Hugging Face's tokenizers library)
// differs from the current Unicode database: its tables of categories are those of Unicode 8, of
// decompositions those of 12, of lower case those of 17. Each function takes what our database says
// and returns what that library does.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace roformer::unicode {

/// Code points first … last.
struct CodeRange {
  char32_t first;
  char32_t last;
};

/// Whether a code point is in one of the ranges, which ascend.
template <std::size_t count>
bool contains(const CodeRange (&ranges)[count], char32_t code) {
  const auto after =
      std::upper_bound(std::begin(ranges), std::end(ranges), code,
                       [](char32_t value, const CodeRange& range) { return value < range.first; });
  return after != std::begin(ranges) && code <= std::prev(after)->last;
}

/// Whether that library takes the character for punctuation; `database`: the current database does.
bool published_punctuation(char32_t code, bool database);
/// The same for category Mn.
bool published_nonspacing_mark(char32_t code, bool database);
/// The same for category M, as the normalizer StripAccents takes it.
bool published_combining_mark(char32_t code, bool database);
/// The same for control characters.
bool published_control(char32_t code, bool database);
/// That library's lower case of one code point.
char32_t published_lower_case(char32_t code, char32_t database);
/// Whether that library knows the character's decomposition.
bool published_decomposition(char32_t code);
/// Whether it knows the character's compatibility decomposition.
bool published_compatibility_decomposition(char32_t code);
/// Whether it knows the character's combining class.
bool published_combining_class(char32_t code);

}  // namespace roformer::unicode
