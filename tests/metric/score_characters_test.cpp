#include "roformer/metric/score_words.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace roformer::metric {
namespace {

TEST(ScoreCharacters, SpacesOfPython) {
  // The code points of which Python 3's str.isspace is true.
  std::set<char32_t> expected = {0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
  for (char32_t code = 0x09; code <= 0x0D; ++code) expected.insert(code);
  for (char32_t code = 0x1C; code <= 0x1F; ++code) expected.insert(code);
  for (char32_t code = 0x2000; code <= 0x200A; ++code) expected.insert(code);
  for (char32_t code = 0; code <= 0x10FFFF; ++code)
    ASSERT_EQ(is_score_space(code), expected.contains(code)) << static_cast<std::uint32_t>(code);
}

TEST(ScoreCharacters, MajorClasses) {
  EXPECT_EQ(score_category(U'a'), 'L');
  EXPECT_EQ(score_category(0x301), 'M');
  EXPECT_EQ(score_category(0xBD), 'N');
  EXPECT_EQ(score_category(0x3002), 'P');
  EXPECT_EQ(score_category(0x20AC), 'S');
  EXPECT_EQ(score_category(0xA0), 'Z');
  EXPECT_EQ(score_category(0x07), 'C');
}

TEST(ScoreCharacters, WhatUnicodeTookUpLater) {
  for (const char32_t code : {0x10D40, 0x10D49, 0x1E5FA}) EXPECT_EQ(score_category(code), 'N');
  EXPECT_EQ(score_category(0x1B4E), 'P');
  EXPECT_EQ(score_category(0x20C1), 'S');
  EXPECT_EQ(score_category(0x1FBFA), 'S');
  for (const char32_t code : {0x1FBFB, 0x10FFFF, 0xE000}) EXPECT_EQ(score_category(code), 'C');
}

}  // namespace
}  // namespace roformer::metric
