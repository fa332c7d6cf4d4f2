#include "roformer/unicode/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

#include "roformer/unicode/unicode_exceptions.h"

namespace roformer::unicode {
namespace {

utf8proc_category_t category(char32_t code) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code));
}

bool is_within(char32_t code, char32_t first, char32_t last) {
  return code >= first && code <= last;
}

// In circles and squares: symbols by category, alphabetic all the same.
bool is_circled_letter(char32_t code) {
  return is_within(code, 0x24B6, 0x24E9) || is_within(code, 0x1F130, 0x1F149) ||
         is_within(code, 0x1F150, 0x1F169) || is_within(code, 0x1F170, 0x1F189);
}

CodeSequence decompose_by(char32_t code, utf8proc_option_t options) {
  utf8proc_int32_t codes[18] = {};
  int boundary_class = 0;
  const auto size = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), codes, 18, options,
                                            &boundary_class);
  if (size < 1 || size > 18) return {{code}, 1};
  CodeSequence sequence{{}, static_cast<int>(size)};
  for (int i = 0; i < size; ++i) sequence.codes[i] = static_cast<char32_t>(codes[i]);
  return sequence;
}

}  // namespace

bool is_white_space(char32_t code) {
  if (is_within(code, 9, 13) || code == 0x85) return true;
  const utf8proc_category_t c = category(code);
  return c == UTF8PROC_CATEGORY_ZS || c == UTF8PROC_CATEGORY_ZL || c == UTF8PROC_CATEGORY_ZP;
}

bool is_punctuation(char32_t code) {
  if (code < 0x80) {
    return is_within(code, 33, 47) || is_within(code, 58, 64) || is_within(code, 91, 96) ||
           is_within(code, 123, 126);
  }
  return published_punctuation(
      code, is_within(category(code), UTF8PROC_CATEGORY_PC, UTF8PROC_CATEGORY_PO));
}

bool is_removed_by_clean_up(char32_t code) {
  if (code == 0 || code == kReplacementCharacter) return true;
  if (code == '\t' || code == '\n' || code == '\r') return false;
  const utf8proc_category_t c = category(code);
  return published_control(
      code, c == UTF8PROC_CATEGORY_CC || c == UTF8PROC_CATEGORY_CF || c == UTF8PROC_CATEGORY_CO);
}

bool is_nonspacing_mark(char32_t code) {
  return published_nonspacing_mark(code, category(code) == UTF8PROC_CATEGORY_MN);
}

bool is_combining_mark(char32_t code) {
  return published_combining_mark(
      code, is_within(category(code), UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME));
}

bool is_number(char32_t code) {
  return is_within(category(code), UTF8PROC_CATEGORY_ND, UTF8PROC_CATEGORY_NO);
}

char major_category(char32_t code) {
  return *utf8proc_category_string(static_cast<utf8proc_int32_t>(code));
}

bool is_cased(char32_t code) {
  if (is_within(category(code), UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LT)) return true;
  // Other_Lowercase, Other_Uppercase: ordinals, Roman numerals, letters in circles and squares.
  return code == 0xAA || code == 0xBA || is_within(code, 0x2160, 0x217F) || is_circled_letter(code);
}

bool is_case_ignorable(char32_t code) {
  const utf8proc_category_t c = category(code);
  if (c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_ME || c == UTF8PROC_CATEGORY_CF ||
      c == UTF8PROC_CATEGORY_LM || c == UTF8PROC_CATEGORY_SK)
    return true;
  // Word_Break = MidLetter, MidNumLet and Single_Quote.
  constexpr char32_t marks[] = {0x27,   0x2E,   0x3A,   0xB7,   0x387,  0x55F,
                                0x5F4,  0x2018, 0x2019, 0x2024, 0x2027, 0xFE13,
                                0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A};
  return std::find(std::begin(marks), std::end(marks), code) != std::end(marks);
}

bool is_chinese_character(char32_t code) {
  return is_within(code, 0x4E00, 0x9FFF) || is_within(code, 0x3400, 0x4DBF) ||
         is_within(code, 0x20000, 0x2A6DF) || is_within(code, 0x2A700, 0x2B81F) ||
         is_within(code, 0x2B920, 0x2CEAF) || is_within(code, 0xF900, 0xFAFF) ||
         is_within(code, 0x2F800, 0x2FA1F);
}

bool is_word_character(char32_t code) {
  const utf8proc_category_t c = category(code);
  if (is_within(c, UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_NL) || c == UTF8PROC_CATEGORY_PC)
    return true;
  // Join_Control, and the circled and squared letters, which are alphabetic symbols.
  return is_within(code, 0x200C, 0x200D) || is_circled_letter(code);
}

bool is_plain_letter(char32_t code) {
  const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(code));
  constexpr utf8proc_uint16_t none = 0xFFFF;
  const bool hangul = is_within(code, 0xAC00, 0xD7A3);  // decomposed by computation
  return property.category == UTF8PROC_CATEGORY_LO && property.decomp_seqindex == none &&
         property.lowercase_seqindex == none && !hangul;
}

int combining_class(char32_t code) {
  const int value = utf8proc_get_property(static_cast<utf8proc_int32_t>(code))->combining_class;
  return value != 0 && published_combining_class(code) ? value : 0;
}

CodeSequence lower_case(char32_t code) {
  if (code == 0x130) return {{'i', 0x307}, 2};  // the only one of several code points
  const auto lower = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code)));
  return {{published_lower_case(code, lower)}, 1};
}

CodeSequence decompose(char32_t code) {
  if (code < 0xC0 || !published_decomposition(code)) return {{code}, 1};
  return decompose_by(code, UTF8PROC_DECOMPOSE);
}

CodeSequence decompose_compatibly(char32_t code) {
  if (code < 0xA0 || !published_compatibility_decomposition(code)) return {{code}, 1};
  return decompose_by(code, static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT));
}

std::optional<char32_t> compose(char32_t first, char32_t second) {
  utf8proc_int32_t codes[2] = {static_cast<utf8proc_int32_t>(first),
                               static_cast<utf8proc_int32_t>(second)};
  const auto size = utf8proc_normalize_utf32(
      codes, 2, static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
  const auto whole = static_cast<char32_t>(codes[0]);
  if (size != 1 || !published_decomposition(whole)) return std::nullopt;
  return whole;
}

std::size_t white_space_at_end(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size()) {
    const DecodedCharacter last = last_character(text.substr(0, text.size() - size));
    if (!is_white_space(last.code)) break;
    size += last.size;
  }
  return size;
}

}  // namespace roformer::unicode
