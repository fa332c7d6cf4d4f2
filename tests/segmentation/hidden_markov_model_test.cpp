#include "roformer/segmentation/hidden_markov_model.h"

#include <gtest/gtest.h>

#include "roformer/segmentation/segmenter.h"
#include "tests/base/test_files.h"

namespace roformer::segmentation {
namespace {

using Sizes = std::vector<std::uint32_t>;

constexpr std::string_view kStart = "P={'B': -0.5, 'E': -3.14e+100, 'M': -3.14e+100, 'S': -1.0}\n";
constexpr std::string_view kTransitions =
    "P={'B': {'E': -0.5, 'M': -1.0},\n 'E': {'B': -0.5, 'S': -1.0},\n"
    " 'M': {'E': -0.3, 'M': -1.2},\n 'S': {'B': -0.7, 'S': -0.6}}\n";
// 甲 begins, 乙 ends, 丙 stands alone, 丁 is within.
constexpr std::string_view kEmissions =
    "from __future__ import unicode_literals\n\n"
    "P={'B': {'\\u7532': -1.0, '\\u4e19': -9.0},\n 'E': {'\\u4e59': -1.0, '\\u4e19': -9.0},\n"
    " 'M': {'\\u4e01': -1.0},\n 'S': {'\\u4e19': -1.0, '\\u7532': -9.0, '\\u4e59': -9.0}}\n";

Sizes cut(std::u32string_view text) {
  Sizes sizes;
  HiddenMarkovModel(kStart, kTransitions, kEmissions).cut({text.begin(), text.end()}, sizes);
  return sizes;
}

TEST(HiddenMarkovModelTest, TheMostProbableStates) {
  EXPECT_EQ(cut(U"甲乙"), Sizes({2}));
  EXPECT_EQ(cut(U"甲丁丁乙丙"), Sizes({4, 1}));
  EXPECT_EQ(cut(U"丙甲乙丙"), Sizes({1, 2, 1}));
  EXPECT_EQ(cut(U"乙"), Sizes({1}));
  EXPECT_EQ(cut(U""), Sizes());
}

// Of ways that are equally impossible that of the later letter: jieba's max over pairs.
TEST(HiddenMarkovModelTest, CharactersThatItDoesNotKnow) {
  EXPECT_EQ(cut(U"戊"), Sizes({1}));
  EXPECT_EQ(cut(U"戊己"), Sizes({1, 1}));
}

TEST(HiddenMarkovModelTest, BadTablesAreNamed) {
  const auto message = [](std::string_view start) {
    return tests::error_message([&] { HiddenMarkovModel(start, kTransitions, kEmissions); });
  };
  for (const char* bad : {"", "P=", "P={", "P={'B': -1", "P={'B' -1}", "P={'B': x}", "P={'B': 1}",
                          "P={'X': -1}", "P={'B': -1} x", "P={'\\u12': -1}", "P={'\\n': -1}",
                          "P={'B: -1}", "P={}", "P={'B': -1}", "P={'B': nan}"})
    EXPECT_TRUE(tests::has_text(message(bad), "prob_start.py")) << bad;
  EXPECT_TRUE(tests::has_text(
      tests::error_message([] { HiddenMarkovModel(kStart, kTransitions, "P={'B': {'ab': -1}}"); }),
      "one character"));
}

class SegmenterWithModelTest : public testing::Test {
 protected:
  std::vector<std::string> cut(std::string_view text, const UserWords& user = {}) {
    WordList list;
    list.add("天气 20\n天 10\n气 5\n甲乙 1\n甲 90\n乙 90\n", "dict.txt");
    if (!user.text.empty()) list.add_user(user);
    const Segmenter segmenter(
        std::make_shared<const Dictionary>(list),
        std::make_shared<const HiddenMarkovModel>(kStart, kTransitions, kEmissions));
    Segmenter::Scratch scratch;
    std::vector<std::string_view> words;
    segmenter.cut(text, scratch, words);
    return {words.begin(), words.end()};
  }
  using Words = std::vector<std::string>;
};

TEST_F(SegmenterWithModelTest, SinglesInARowBecomeWords) {
  EXPECT_EQ(cut("天气甲丁乙天气"), (Words{"天气", "甲丁乙", "天气"}));
  EXPECT_EQ(cut("丁"), Words{"丁"});
  EXPECT_EQ(cut(""), Words());
}

TEST_F(SegmenterWithModelTest, WhatTheDictionaryCutsStaysCut) {
  EXPECT_EQ(cut("甲乙"), (Words{"甲", "乙"}));
}

TEST_F(SegmenterWithModelTest, AWordOfFrequencyZeroIsKeptApart) {
  EXPECT_EQ(cut("甲丁乙"), Words{"甲丁乙"});
  EXPECT_EQ(cut("甲丁乙", {"甲丁乙 0\n", "user.txt"}), (Words{"甲", "丁", "乙"}));
}

TEST_F(SegmenterWithModelTest, NumbersKeepTheirDecimals) {
  EXPECT_EQ(cut("甲丁乙3.14%ab+-c.天气"), (Words{"甲丁乙", "3.14%", "ab", "+-", "c", ".", "天气"}));
  EXPECT_EQ(cut("1.2.3"), (Words{"1.2", ".", "3"}));
}

}  // namespace
}  // namespace roformer::segmentation
