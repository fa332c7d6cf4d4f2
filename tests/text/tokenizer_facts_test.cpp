#include "roformer/text/tokenizer_facts.h"

#include <gtest/gtest.h>

namespace roformer::text {
namespace {

TEST(TokenizerFacts, AddedTokensHaveTheVocabularysIds) {
  const Vocabulary vocabulary({"[PAD]", "[UNK]", "new", "[CLS]"});
  TokenizerConfig config;
  config.added_tokens = {{.content = "new", .id = 7, .special = false},
                         {.content = "absent", .id = 8},
                         {.content = "[CLS]", .rstrip = true}};
  const auto added = collect_added_tokens(vocabulary, config);
  ASSERT_EQ(added.size(), 4u);
  EXPECT_EQ(added[0].id, 2);
  EXPECT_EQ(added[1].content, "[CLS]");
  EXPECT_TRUE(added[1].rstrip);  // its own conditions stay
  EXPECT_EQ(added[2].content, "[PAD]");
  EXPECT_EQ(added[3].content, "[UNK]");
  const auto facts = facts_of(vocabulary, config, added);
  EXPECT_EQ(facts.special, (std::vector<bool>{true, true, false, true}));
}

TEST(TokenizerFacts, FollowFromTheConfiguration) {
  TokenizerConfig config;
  config.source = "some.txt";
  config.tokenizer_class = "Some";
  config.sep_token = "<e>";
  const Vocabulary vocabulary({"[UNK]", "[CLS]", "<e>"});
  const auto facts = facts_of(vocabulary, config, collect_added_tokens(vocabulary, config));
  EXPECT_EQ(facts.source, "some.txt");
  EXPECT_EQ(facts.tokenizer_class, "Some");
  EXPECT_EQ(facts.tokens.end, "<e>");
  EXPECT_EQ(facts.tokens.mask, "[MASK]");
  EXPECT_EQ(facts.single.after.ids, std::vector<std::int32_t>{2});
  EXPECT_EQ(facts.pair.size(), 3u);
  EXPECT_EQ(facts.vocabulary.size(), 3);
  EXPECT_TRUE(facts.has_offsets && facts.has_pairs && !facts.has_sides);
}

}  // namespace
}  // namespace roformer::text
