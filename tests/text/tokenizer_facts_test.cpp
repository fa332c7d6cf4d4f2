#include "roformer/text/tokenizer_facts.h"

#include <gtest/gtest.h>

namespace roformer::text {
namespace {

using Ids = std::vector<std::int32_t>;
using PartKind = TemplatePart::Kind;

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

TEST(SpecialRuns, Berts) {
  const Vocabulary vocabulary({"[CLS]", "[SEP]"});
  const SpecialRuns one = single_runs(vocabulary, {}), two = pair_runs(vocabulary, {});
  EXPECT_EQ(one.before.ids, Ids{0});
  EXPECT_EQ(one.after.ids, Ids{1});
  EXPECT_EQ(one.between.size(), 0u);
  EXPECT_EQ(one.size(), 2u);
  EXPECT_EQ(two.between.ids, Ids{1});
  EXPECT_EQ(two.between.type_ids, Ids{0});
  EXPECT_EQ(two.after.type_ids, Ids{1});
  EXPECT_EQ(two.first_type, 0);
  EXPECT_EQ(two.second_type, 1);
  EXPECT_TRUE(one.complete && two.complete);
}

TEST(SpecialRuns, MissingTokensAreToldApart) {
  EXPECT_FALSE(single_runs(Vocabulary({"[CLS]"}), {}).complete);
  TokenizerConfig config;
  config.cls_token = "";
  EXPECT_FALSE(single_runs(Vocabulary({"", "[SEP]"}), config).complete);
}

TEST(SpecialRuns, OfATemplate) {
  TokenizerConfig config;
  const TemplatePart end{.token = "e", .ids = {3, 4}, .type_id = 5};
  config.post_processor = {
      .single = {end, end, {.kind = PartKind::first, .type_id = 1}},
      .pair = {
          {.kind = PartKind::first, .type_id = 2}, {.kind = PartKind::second, .type_id = 1}, end}};
  const Vocabulary vocabulary({"a"});
  const SpecialRuns one = single_runs(vocabulary, config), two = pair_runs(vocabulary, config);
  EXPECT_EQ(one.before.ids, (Ids{3, 4, 3, 4}));
  EXPECT_EQ(one.before.type_ids, (Ids{5, 5, 5, 5}));
  EXPECT_EQ(one.after.size(), 0u);
  EXPECT_EQ(one.first_type, 1);
  EXPECT_EQ(two.size(), 2u);
  EXPECT_EQ(two.after.ids, (Ids{3, 4}));
  EXPECT_EQ(two.first_type, 2);
}

}  // namespace
}  // namespace roformer::text
