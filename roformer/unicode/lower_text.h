// A whole text in lower case.
#pragma once
#include <string>
#include <string_view>

#include "roformer/unicode/unicode.h"
#include "roformer/unicode/utf8.h"

namespace roformer::unicode {

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

}  // namespace roformer::unicode
