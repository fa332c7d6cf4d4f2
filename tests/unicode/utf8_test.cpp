#include "roformer/unicode/utf8.h"

#include <gtest/gtest.h>

namespace roformer::unicode {
namespace {

std::u32string decode_all(std::string_view text) {
  std::u32string codes;
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    const DecodedCharacter c = decode_utf8(p, end);
    codes.push_back(c.code);
    p += c.size;
  }
  return codes;
}

TEST(Utf8, EveryCodePointSurvivesTheRoundTrip) {
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    char bytes[4];
    const std::uint32_t size = encode_utf8(code, bytes);
    const DecodedCharacter c = decode_utf8(bytes, bytes + size);
    ASSERT_EQ(c.code, code);
    ASSERT_EQ(c.size, size);
  }
}

// What Python's bytes.decode("utf-8", errors="replace") gives.
TEST(Utf8, BadPartsAreReplacedAsPythonDoes) {
  EXPECT_EQ(decode_all("a\xFFz"), U"a\uFFFDz");
  EXPECT_EQ(decode_all("\xE2\x82"), U"\uFFFD");
  EXPECT_EQ(decode_all("\xE2\x82z"), U"\uFFFDz");
  EXPECT_EQ(decode_all("\xE2z"), U"\uFFFDz");
  EXPECT_EQ(decode_all("\xC0\x80"), U"\uFFFD\uFFFD");                      // overlong
  EXPECT_EQ(decode_all("\xED\xA0\x80"), U"\uFFFD\uFFFD\uFFFD");            // surrogate
  EXPECT_EQ(decode_all("\xF4\x90\x80\x80"), U"\uFFFD\uFFFD\uFFFD\uFFFD");  // above U+10FFFF
  EXPECT_EQ(decode_all("\xF0\x9F\x98"), U"\uFFFD");
  EXPECT_EQ(decode_all("\xF0\x9F\x98\xF0\x9F\x98\x80"), U"\uFFFD\U0001F600");
  EXPECT_EQ(decode_all("\x80\xBF"), U"\uFFFD\uFFFD");
}

TEST(Utf8, CountsAndChecks) {
  EXPECT_EQ(count_code_points(""), 0);
  EXPECT_EQ(count_code_points("a\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80"), 4);
  EXPECT_TRUE(is_utf8("caf\xC3\xA9 \xEF\xBF\xBD"));
  EXPECT_FALSE(is_utf8("caf\xC3"));
}

}  // namespace
}  // namespace roformer::unicode
