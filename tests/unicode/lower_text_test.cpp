#include "roformer/unicode/unicode.h"

#include <gtest/gtest.h>

namespace roformer::unicode {
namespace {

// Expected values: Python's str.lower, but for the final sigma.
TEST(LowerText, EachCodePointInFull) {
  EXPECT_EQ(lower_text("ÄÖÜ AbC 1!"), "äöü abc 1!");
  EXPECT_EQ(lower_text("\xC4\xB0"), "i\xCC\x87");  // U+0130: i and a dot above
  EXPECT_EQ(lower_text("ΣΑΣ"), "σασ");             // no final sigma
  EXPECT_EQ(lower_text("中\xF0\x9F\x98\x80"), "中\xF0\x9F\x98\x80");
  EXPECT_EQ(lower_text(""), "");
}

TEST(LowerText, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(lower_text("A\xFFZ"), "a\xEF\xBF\xBDz");
}

}  // namespace
}  // namespace roformer::unicode
