#include "roformer/unicode/unicode.h"

#include <gtest/gtest.h>

#include <string_view>

#include "roformer/text/normalizer.h"

namespace roformer::unicode {
namespace {

TEST(Unicode, CategoriesAsBertUsesThem) {
  for (const char32_t code : std::u32string_view(U"!$+<=>^`|~_-")) {
    EXPECT_TRUE(is_punctuation(code)) << std::uint32_t{code};
  }
  EXPECT_TRUE(is_punctuation(U'。'));
  EXPECT_TRUE(is_punctuation(0x166D));   // category P when the published tables were made, So today
  EXPECT_FALSE(is_punctuation(0x2E52));  // too new for the published tables
  EXPECT_FALSE(is_punctuation(U'€'));
  EXPECT_TRUE(is_white_space(0x3000));
  EXPECT_FALSE(is_white_space(0x200B));
  EXPECT_TRUE(is_removed_by_clean_up(0x200B));
  EXPECT_FALSE(is_removed_by_clean_up('\t'));
  EXPECT_TRUE(is_removed_by_clean_up(0xFFFD));
  EXPECT_TRUE(is_chinese_character(0x4E00));
  EXPECT_FALSE(is_chinese_character(0x2B820));  // the published gap
  EXPECT_FALSE(is_chinese_character(0x3042));
}

TEST(Unicode, CategoriesAndCaseOfTheStandard) {
  EXPECT_EQ(major_category('+'), 'S');
  EXPECT_EQ(major_category(U'。'), 'P');
  EXPECT_EQ(major_category(U'½'), 'N');
  EXPECT_EQ(major_category(0x301), 'M');
  EXPECT_EQ(major_category(0x10FFFF), 'C');
  EXPECT_TRUE(is_cased(U'ǅ') && is_cased(U'ª') && is_cased(U'Ⅷ') && is_cased(U'Ⓐ'));
  EXPECT_FALSE(is_cased(U'中') || is_cased('1'));
  EXPECT_TRUE(is_case_ignorable(U'’') && is_case_ignorable(0x301) && is_case_ignorable('^'));
  EXPECT_FALSE(is_case_ignorable('-') || is_case_ignorable('a'));
}

TEST(Unicode, LowerCaseAndDecomposition) {
  EXPECT_EQ(lower_case(U'Ä').codes[0], U'ä');
  EXPECT_EQ(lower_case(0x130).size, 2);
  EXPECT_EQ(lower_case(0x10D50).codes[0], 0x10D70u);  // Unicode 16
  EXPECT_EQ(decompose(0xAC01).size, 3);
  EXPECT_EQ(decompose(U'ế').size, 3);
  EXPECT_EQ(decompose('a').size, 1);
  EXPECT_EQ(decompose(0x11938).size, 1);  // too new for the published tables
}

TEST(Normalizer, StepsAndOffsets) {
  EXPECT_EQ(text::to_utf8(text::normalize("H\xC3\x89\t\x01llo", text::NormalizerOptions{})),
            "he llo");
  EXPECT_EQ(
      text::to_utf8(text::normalize("H\xC3\x89", text::NormalizerOptions{.lowercase = false})),
      "H\xC3\x89");
  EXPECT_EQ(
      text::to_utf8(text::normalize("H\xC3\x89", text::NormalizerOptions{.strip_accents = false})),
      "h\xC3\xA9");
  const auto characters = text::normalize("a\xE4\xB8\xAD", text::NormalizerOptions{}, 7);
  ASSERT_EQ(characters.size(), 4u);
  EXPECT_EQ(characters[2].source, (text::Offset{8, 9}));
}

TEST(Normalizer, MarksStandInTheOrderOfTheirClasses) {
  // U+302E stays (class 224), U+0334 goes (class 1): the mark that stays takes the later place.
  const auto characters = text::normalize("a\xE3\x80\xAE\xCC\xB4", text::NormalizerOptions{});
  ASSERT_EQ(characters.size(), 2u);
  EXPECT_EQ(characters[1].code, 0x302Eu);
  EXPECT_EQ(characters[1].source, (text::Offset{2, 3}));
}

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
