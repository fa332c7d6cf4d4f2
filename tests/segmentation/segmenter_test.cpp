#include "roformer/segmentation/segmenter.h"

#include <gtest/gtest.h>

#include <numeric>

#include "roformer/base/random.h"
#include "tests/base/test_files.h"

namespace roformer::segmentation {
namespace {

using Words = std::vector<std::string>;

Words cut(std::string_view dictionary, std::string_view text) {
  WordList list;
  list.add(dictionary, "dict.txt");
  const Segmenter segmenter(std::make_shared<const Dictionary>(list));
  Segmenter::Scratch scratch;
  std::vector<std::string_view> words;
  segmenter.cut(text, scratch, words);
  return {words.begin(), words.end()};
}

TEST(Segmenter, TheMostProbableWay) {
  // 研究生|命 has 10/110 · 1/110, 研究|生命 40/110 · 40/110.
  constexpr auto dictionary = "研究 40\n研究生 10\n生命 40\n命 1\n起源 19\n";
  EXPECT_EQ(cut(dictionary, "研究生命起源"), (Words{"研究", "生命", "起源"}));
  EXPECT_EQ(cut("研究 1\n研究生 90\n生命 1\n命 80\n", "研究生命"), (Words{"研究生", "命"}));
}

// Two ways of one probability, ½ and ½·1: the longer first word.
TEST(Segmenter, OfEqualWaysTheLongerWord) {
  EXPECT_EQ(cut("甲 1\n甲乙 1\n乙丙 1\n丙 1\n", "甲乙丙"), (Words{"甲乙", "丙"}));
}

TEST(Segmenter, WhatIsNoWordIsACharacter) {
  EXPECT_EQ(cut("天气 1\n", "好天气啊"), (Words{"好", "天气", "啊"}));
  EXPECT_EQ(cut("天 1\n", ""), Words());
}

TEST(Segmenter, LettersAndDigitsStandTogether) {
  constexpr auto dictionary = "天 5\nT恤 3\nC++ 3\n";
  EXPECT_EQ(cut(dictionary, "abc123天Z"), (Words{"abc123", "天", "Z"}));
  EXPECT_EQ(cut(dictionary, "a+b"), (Words{"a", "+", "b"}));
  EXPECT_EQ(cut(dictionary, "3.14%"), (Words{"3", ".", "14", "%"}));
  EXPECT_EQ(cut(dictionary, "买T恤用C++写"), (Words{"买", "T恤", "用", "C++", "写"}));
  EXPECT_EQ(cut(dictionary, "ab T恤"), (Words{"ab", " ", "T恤"}));
}

TEST(Segmenter, OtherCharactersStandAlone) {
  EXPECT_EQ(cut("天 1\n", "天，é 한\r\n\n\t!?"),
            (Words{"天", "，", "é", " ", "한", "\r\n", "\n", "\t", "!", "?"}));
}

// Any bytes: the words are the text, one behind the other.
TEST(Segmenter, NothingIsLost) {
  constexpr auto dictionary = "今天 30\n天气 20\n今 5\n天 10\n气 5\nT恤 3\n";
  const Words parts = {"今", "天", "气",   "T",    "恤",   " ", "\r", "\n",
                       "a",  "7",  "\xE4", "\xBB", "\xFF", "é", "."};
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    std::string text;
    for (std::uint64_t i = 0; i < 1 + seed % 30; ++i)
      text += parts[base::uniform_below(seed, i, parts.size())];
    const Words words = cut(dictionary, text);
    EXPECT_EQ(std::accumulate(words.begin(), words.end(), std::string()), text);
    for (const auto& word : words) EXPECT_FALSE(word.empty());
  }
}

}  // namespace
}  // namespace roformer::segmentation
