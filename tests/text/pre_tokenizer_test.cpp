// Expected values: the tokenizers package's pre-tokenizers of the same names.

#include <gtest/gtest.h>

#include "roformer/text/normalizer.h"

namespace roformer::text {
namespace {

using PreTokenizerKind = PreTokenizerStep::Kind;
using Words = std::vector<std::string>;

Words words_of(std::string_view text, const std::vector<PreTokenizerStep>& steps) {
  TokenizerConfig plain;
  plain.normalizer_steps.emplace();
  const auto characters = normalize(text, plain);
  Words words;
  for (const auto& word : pre_tokenize(characters, steps))
    words.push_back(to_utf8({word.begin(), word.end()}));
  return words;
}

TEST(PreTokenizer, Bert) {
  EXPECT_EQ(words_of(" a,b  c!\xE3\x80\x81", {{.kind = PreTokenizerKind::bert}}),
            (Words{"a", ",", "b", "c", "!", "\xE3\x80\x81"}));
  EXPECT_EQ(words_of("", {{.kind = PreTokenizerKind::bert}}), Words{});
  EXPECT_EQ(words_of("a b", {}), Words{"a b"});
}

TEST(PreTokenizer, Whitespace) {
  EXPECT_EQ(words_of("x_1?! y", {{.kind = PreTokenizerKind::whitespace}}),
            (Words{"x_1", "?!", "y"}));
  EXPECT_EQ(words_of("x_1?! y", {{.kind = PreTokenizerKind::whitespace_split}}),
            (Words{"x_1?!", "y"}));
}

TEST(PreTokenizer, Behaviors) {
  const auto cut = [](SplitBehavior behavior) {
    return words_of("-a--b", {{.kind = PreTokenizerKind::punctuation, .behavior = behavior}});
  };
  EXPECT_EQ(cut(SplitBehavior::removed), (Words{"a", "b"}));
  EXPECT_EQ(cut(SplitBehavior::isolated), (Words{"-", "a", "-", "-", "b"}));
  EXPECT_EQ(cut(SplitBehavior::merged_with_previous), (Words{"-", "a-", "-", "b"}));
  EXPECT_EQ(cut(SplitBehavior::merged_with_next), (Words{"-a", "-", "-b"}));
  EXPECT_EQ(cut(SplitBehavior::contiguous), (Words{"-", "a", "--", "b"}));
}

TEST(PreTokenizer, Split) {
  EXPECT_EQ(
      words_of(
          "abcab",
          {{.kind = PreTokenizerKind::split, .behavior = SplitBehavior::removed, .pattern = "ab"}}),
      Words{"c"});
  EXPECT_EQ(words_of("abcab", {{.kind = PreTokenizerKind::split,
                                .behavior = SplitBehavior::removed,
                                .pattern = "ab",
                                .invert = true}}),
            (Words{"ab", "ab"}));
}

TEST(PreTokenizer, OneStepAfterAnother) {
  EXPECT_EQ(words_of("a12 b", {{.kind = PreTokenizerKind::whitespace_split},
                               {.kind = PreTokenizerKind::digits}}),
            (Words{"a", "1", "2", "b"}));
  EXPECT_EQ(
      words_of("a12", {{.kind = PreTokenizerKind::digits, .behavior = SplitBehavior::contiguous}}),
      (Words{"a", "12"}));
  EXPECT_EQ(words_of("ab c", {{.kind = PreTokenizerKind::whitespace_split},
                              {.kind = PreTokenizerKind::characters}}),
            (Words{"a", "b", "c"}));
}

}  // namespace
}  // namespace roformer::text
