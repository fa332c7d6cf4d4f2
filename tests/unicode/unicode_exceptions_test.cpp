// The edges of the tables; every code point is compared live in tests/parity/test_wordpiece.py.
#include "roformer/unicode/unicode_exceptions.h"

#include <gtest/gtest.h>

namespace roformer::unicode {
namespace {

TEST(UnicodeExceptions, RangesHaveTheirEdges) {
  for (const char32_t code : {0x2E52, 0x2E5D, 0x061D, 0x1E95F})  // newer than the published tables
    EXPECT_FALSE(published_punctuation(code, true)) << std::uint32_t{code};
  for (const char32_t code : {0x2E50, 0x2E5E, 0x061C, 0x1E960}) {
    EXPECT_TRUE(published_punctuation(code, true)) << std::uint32_t{code};
    EXPECT_FALSE(published_punctuation(code, false)) << std::uint32_t{code};
  }
  EXPECT_TRUE(published_punctuation(0x166D, false));  // was one when they were made
}

TEST(UnicodeExceptions, Marks) {
  EXPECT_TRUE(published_nonspacing_mark(0x0301, true));
  EXPECT_FALSE(published_nonspacing_mark(0x0897, true));  // Unicode 16
  EXPECT_FALSE(published_nonspacing_mark(0x0041, false));
  EXPECT_TRUE(published_combining_mark(0x1CF2, false));  // a letter since Unicode 12
  EXPECT_FALSE(published_combining_mark(0x1CF4, false));
  EXPECT_TRUE(published_combining_mark(0x0301, true));
  EXPECT_TRUE(published_combining_class(0x0301));
  EXPECT_FALSE(published_combining_class(0x0897));
}

TEST(UnicodeExceptions, LowerCase) {
  EXPECT_EQ(published_lower_case('A', 'a'), U'a');
  EXPECT_EQ(published_lower_case(0x1C89, 0x1C89), char32_t{0x1C8A});  // Unicode 16
  EXPECT_EQ(published_lower_case(0xA7CB, 0xA7CB), char32_t{0x264});
  EXPECT_EQ(published_lower_case(0x10D50, 0x10D50), char32_t{0x10D70});
  EXPECT_EQ(published_lower_case(0x10D65, 0x10D65), char32_t{0x10D85});
  EXPECT_EQ(published_lower_case(0x10D66, 0x10D66), char32_t{0x10D66});
}

TEST(UnicodeExceptions, Decompositions) {
  EXPECT_TRUE(published_decomposition(0xE9));
  EXPECT_TRUE(published_compatibility_decomposition(0xFB01));
  EXPECT_FALSE(published_compatibility_decomposition(0x32FF));  // Unicode 12.1
  EXPECT_TRUE(published_compatibility_decomposition(0x32FE));
}

}  // namespace
}  // namespace roformer::unicode
