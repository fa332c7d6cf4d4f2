// Properties of code points as BERT's tokenizer uses them: utf8proc's tables, corrected by
// unicode_exceptions.h.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "roformer/unicode/utf8.h"

namespace roformer::unicode {

/// White_Space of the Unicode standard.
bool is_white_space(char32_t code);
/// ASCII punctuation and symbols, and category P.
bool is_punctuation(char32_t code);
/// What clean-up removes: NUL, U+FFFD, categories Cc, Cf and Co without tab, line feed and carriage
/// return.
bool is_removed_by_clean_up(char32_t code);
/// Category Mn: what is left of accents after decomposition.
bool is_nonspacing_mark(char32_t code);
/// Category M: every mark.
bool is_combining_mark(char32_t code);
/// Category N: digits and other numbers.
bool is_number(char32_t code);
/// The major class of the general category: L, M, N, P, S, Z or C, as the database says.
char major_category(char32_t code);
/// Cased of the Unicode standard, of what is not case-ignorable: letters with a case, and numerals
/// and symbols made of them.
bool is_cased(char32_t code);
/// Case_Ignorable of the Unicode standard: what may stand within a word without being a letter.
bool is_case_ignorable(char32_t code);
/// The CJK ideographs that BERT sets apart, with the published gap at U+2B820..2B91F.
bool is_chinese_character(char32_t code);
/// \w of regular expressions: letters, marks, digits, connectors.
bool is_word_character(char32_t code);
/// A letter without case or decomposition: neither step of normalisation changes it. Quick; false
/// when in doubt.
bool is_plain_letter(char32_t code);
/// Order of marks in the decomposed form; 0 for what does not combine.
int combining_class(char32_t code);

/// A few code points, as many as one turns into.
struct CodeSequence {
  char32_t codes[18];  // U+FDFA decomposes into that many
  int size;
};

/// The full lower-case form of one code point.
CodeSequence lower_case(char32_t code);
/// Canonical decomposition (NFD) of one code point.
CodeSequence decompose(char32_t code);
/// Compatibility decomposition (NFKD) of one code point.
CodeSequence decompose_compatibly(char32_t code);
/// The character that the two make together (NFC), if there is one.
std::optional<char32_t> compose(char32_t first, char32_t second);

/// The full lower-case form of each code point; no final sigma.
inline std::string lower_text(std::string_view text) {
  std::string lower;
  lower.reserve(text.size());
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const DecodedCharacter c = decode_utf8(p, end);
    const CodeSequence codes = lower_case(c.code);
    for (int i = 0; i < codes.size; ++i) append_utf8(codes.codes[i], lower);
    p += c.size;
  }
  return lower;
}

/// Bytes of white space at the end of a text.
std::size_t white_space_at_end(std::string_view text);

}  // namespace roformer::unicode
