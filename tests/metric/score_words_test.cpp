#include "roformer/metric/score_words.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace roformer::metric
