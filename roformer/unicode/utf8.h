// UTF-8, one code point at a time. What is not UTF-8 reads as U+FFFD, one for each maximal part
// that could have begun a character (Unicode 15, section 3.9, and Python's errors="replace").
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace roformer::unicode {

/// U+FFFD, which stands for bytes that are no UTF-8.
constexpr char32_t kReplacementCharacter = 0xFFFD;

struct DecodedCharacter {
  char32_t code;
  std::uint32_t size;  // bytes taken, at least 1
};

/// The code point at `p`; `p` < `end`.
inline DecodedCharacter decode_utf8(const char* p, const char* end) {
  const auto byte = [&](std::ptrdiff_t i) { return static_cast<unsigned char>(p[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::ptrdiff_t left = end - p;
  // The second byte's range depends on the first: no overlong forms, no surrogates, nothing above
  // U+10FFFF.
  const auto is_continuation = [&](std::ptrdiff_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < left && byte(i) >= low && byte(i) <= high;
  };
  if (lead >= 0xC2 && lead <= 0xDF) {
    if (!is_continuation(1)) return {kReplacementCharacter, 1};
    return {static_cast<char32_t>((lead & 0x1F) << 6 | (byte(1) & 0x3F)), 2};
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!is_continuation(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF))
      return {kReplacementCharacter, 1};
    if (!is_continuation(2)) return {kReplacementCharacter, 2};
    return {static_cast<char32_t>((lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F)),
            3};
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!is_continuation(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF))
      return {kReplacementCharacter, 1};
    if (!is_continuation(2)) return {kReplacementCharacter, 2};
    if (!is_continuation(3)) return {kReplacementCharacter, 3};
    return {static_cast<char32_t>((lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 |
                                  (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F)),
            4};
  }
  return {kReplacementCharacter, 1};
}

/// The last code point of a text that is not empty.
inline DecodedCharacter last_character(std::string_view text) {
  std::size_t begin = text.size() - 1;
  while (begin > 0 && text.size() - begin < 4 &&
         (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80)
    --begin;
  const DecodedCharacter c = decode_utf8(text.data() + begin, text.data() + text.size());
  return begin + c.size == text.size() ? c : DecodedCharacter{kReplacementCharacter, 1};
}

/// Whether what was decoded at `p` is for bytes that are no UTF-8, and is no U+FFFD of the text.
inline bool is_invalid(DecodedCharacter c, const char* p) {
  return c.code == kReplacementCharacter &&
         !(c.size == 3 && static_cast<unsigned char>(*p) == 0xEF);
}

/// Writes the code point's 1 to 4 bytes at `out` and returns how many.
inline std::uint32_t encode_utf8(char32_t code, char* out) {
  const auto put = [&](int i, std::uint32_t value) { out[i] = static_cast<char>(value); };
  if (code < 0x80) {
    put(0, code);
    return 1;
  }
  if (code < 0x800) {
    put(0, 0xC0 | code >> 6);
    put(1, 0x80 | (code & 0x3F));
    return 2;
  }
  if (code < 0x10000) {
    put(0, 0xE0 | code >> 12);
    put(1, 0x80 | (code >> 6 & 0x3F));
    put(2, 0x80 | (code & 0x3F));
    return 3;
  }
  put(0, 0xF0 | code >> 18);
  put(1, 0x80 | (code >> 12 & 0x3F));
  put(2, 0x80 | (code >> 6 & 0x3F));
  put(3, 0x80 | (code & 0x3F));
  return 4;
}

/// Appends the UTF-8 of a code point.
inline void append_utf8(char32_t code, std::string& text) {
  char bytes[4];
  text.append(bytes, encode_utf8(code, bytes));
}

/// Code points in the text, each bad part counting as one.
inline std::int32_t count_code_points(std::string_view text) {
  std::int32_t count = 0;
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end; p += decode_utf8(p, end).size) ++count;
  return count;
}

/// The text's code points.
inline std::u32string to_code_points(std::string_view text) {
  std::u32string codes;
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const DecodedCharacter c = decode_utf8(p, end);
    codes.push_back(c.code);
    p += c.size;
  }
  return codes;
}

/// The text with each maximal part that is not UTF-8 replaced.
inline std::string valid_utf8(std::string_view text, std::string_view replacement) {
  std::string valid;
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const DecodedCharacter c = decode_utf8(p, end);
    valid.append(is_invalid(c, p) ? replacement : std::string_view(p, c.size));
    p += c.size;
  }
  return valid;
}

/// Whether the text is UTF-8 throughout.
inline bool is_utf8(std::string_view text) {
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const DecodedCharacter c = decode_utf8(p, end);
    if (is_invalid(c, p)) return false;
    p += c.size;
  }
  return true;
}

}  // namespace roformer::unicode
