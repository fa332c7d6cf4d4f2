#include "roformer/metric/score_words.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace roformer::metric {
namespace {

using WordViews = std::vector<std::string_view>;

TEST(ScoreWords, StandBetweenWhiteSpaceOfPython) {
  // "\x1c a\u2003b\u3000\x85c ".split() of Python 3.
  EXPECT_EQ(split_words("\x1C a\xE2\x80\x83"
                        "b\xE3\x80\x80\xC2\x85"
                        "c "),
            (WordViews{"a", "b", "c"}));
  EXPECT_EQ(split_words("a\xE2\x80\x8B"
                        "b"),
            (WordViews{"a\xE2\x80\x8B"
                       "b"}))
      << "U+200B is none";
  EXPECT_TRUE(split_words(" \t\n").empty());
  EXPECT_TRUE(split_words("").empty());
}

TEST(ScoreWords, TrailingSpaceGoesAlone) {
  EXPECT_EQ(without_trailing_space(" a b \xE2\x80\x83\n"), " a b");
  EXPECT_EQ(without_trailing_space(" \t"), "");
  EXPECT_EQ(without_trailing_space("\xC3\xA9"), "\xC3\xA9");
}

TEST(ScoreWords, SolidCharactersAreCodePoints) {
  EXPECT_EQ(solid_characters("a \xC3\xA9\t\xF0\x9F\x99\x82"), (Symbols{'a', 0xE9, 0x1F642}));
}

TEST(ScoreWords, EqualWordsHaveEqualNumbers) {
  WordNumbers numbers;
  EXPECT_EQ(numbers({"a", "b", "a"}), (Symbols{0, 1, 0}));
  EXPECT_EQ(numbers({"c", "b"}), (Symbols{2, 1}));
}

// Expected values are those of Python's str.lower.

TEST(LowerCase, SigmaAtTheEndOfAWord) {
  EXPECT_EQ(lower_case("ΑΣ ΣΑΣ Σ"), "ας σας σ");
  EXPECT_EQ(lower_case("ΑΣ. ΑΣ'Β"), "ας. ασ'β") << "an apostrophe does not end the word";
}

TEST(LowerCase, OneBecomesTwo) {
  EXPECT_EQ(lower_case("İSTANBUL"), "i\xCC\x87stanbul");
}

TEST(LowerCase, OtherLetters) {
  EXPECT_EQ(lower_case("ǅ ﬀ Ａ STRASSE ẞ"), "ǆ ﬀ ａ strasse ß");
  EXPECT_EQ(lower_case("1 中 é"), "1 中 é");
}

TEST(LowerCase, WhatIsNotUtf8IsReplaced) {
  EXPECT_EQ(lower_case("A\xFF"
                       "B"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(lower_case(""), "");
}

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
