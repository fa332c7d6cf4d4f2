#include "roformer/unicode/chinese_spacing.h"

#include "roformer/unicode/unicode.h"

namespace roformer::unicode {
namespace {

// Ideographs, CJK punctuation (U+3000 … 303F) and full-width forms (U+FF00 … FFEF).
bool stands_without_blanks(char32_t code) {
  return is_chinese_character(code) || (code >= 0x3000 && code <= 0x303F) ||
         (code >= 0xFF00 && code <= 0xFFEF);
}

}  // namespace

std::string without_blanks_beside_chinese(std::string_view text) {
  std::string out;
  const char* const end = text.data() + text.size();
  bool waits = false;  // a blank behind a character that may keep it
  bool chinese_before = false;
  for (const char* p = text.data(); p < end;) {
    const DecodedCharacter c = decode_utf8(p, end);
    if (c.code == ' ') {
      waits = true;
    } else {
      const bool chinese = stands_without_blanks(c.code);
      if (waits && !chinese && !chinese_before) out += ' ';
      waits = false;
      out.append(p, c.size);
      chinese_before = chinese;
    }
    p += c.size;
  }
  return out;
}

}  // namespace roformer::unicode
