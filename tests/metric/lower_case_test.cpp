#include "roformer/metric/score_words.h"

#include <gtest/gtest.h>

namespace roformer::metric {
namespace {

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

}  // namespace
}  // namespace roformer::metric
