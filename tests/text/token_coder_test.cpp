#include "roformer/text/token_coder.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

// A kind that can do no more than it must.
class SilentCoder : public TokenCoder {
 public:
  using TokenCoder::TokenCoder;
  void encode(std::string_view, Side, std::vector<std::int32_t>&,
              std::vector<Offset>*) const override {}
  std::string decode(std::span<const std::int32_t>, const DecodeOptions&) const override {
    return "";
  }
  std::uint64_t fingerprint() const override { return 0; }
  void save(const std::filesystem::path&) const override {}
};

SilentCoder silent_coder() {
  TokenizerFacts facts;
  facts.source = "some.json";
  facts.tokenizer_class = "SomeTokenizer";
  facts.vocabulary = Vocabulary({"word", "[X]", "[Y]"});
  facts.special = {false, true, true};
  facts.single.before = {{1}, {0}};
  facts.single.first_type = 3;
  facts.pair.between = {{1, 2}, {0, 0}};
  facts.pair.first_type = 4;
  facts.pair.second_type = 5;
  return SilentCoder(facts);
}

TEST(TokenCoder, TokensOfTheVocabulary) {
  const SilentCoder coder = silent_coder();
  EXPECT_EQ(coder.token(2), "[Y]");
  for (const std::int32_t id : {-1, 3}) {
    const auto message = tests::error_message([&] { coder.token(id); });
    EXPECT_TRUE(tests::has_text(message, "an id from 0 to 2 but got " + std::to_string(id)));
    EXPECT_FALSE(coder.is_special(id));
  }
  EXPECT_FALSE(coder.is_special(0));
  EXPECT_TRUE(coder.is_special(1));
}

TEST(TokenCoder, WithoutSpecialTokensTheTypesStay) {
  const SilentCoder coder = silent_coder();
  EXPECT_EQ(coder.runs(false, true).before.ids, std::vector<std::int32_t>{1});
  EXPECT_EQ(coder.runs(true, true).between.ids, (std::vector<std::int32_t>{1, 2}));
  const SpecialRuns &one = coder.runs(false, false), &two = coder.runs(true, false);
  EXPECT_EQ(one.size(), 0u);
  EXPECT_EQ(one.first_type, 3);
  EXPECT_EQ(two.size(), 0u);
  EXPECT_EQ(two.first_type, 4);
  EXPECT_EQ(two.second_type, 5);
  EXPECT_TRUE(one.complete && two.complete);
}

TEST(TokenCoder, WhatAKindCannotDoIsSaidWithItsSource) {
  const SilentCoder coder = silent_coder();
  std::string bytes;
  for (const auto& message : {tests::error_message([&] { coder.append_text(0, -1, bytes); }),
                              tests::error_message([&] { coder.lower_cased(); })})
    EXPECT_TRUE(tests::has_text(message, "some.json: this tokenizer (SomeTokenizer)")) << message;
}

}  // namespace
}  // namespace roformer::text
