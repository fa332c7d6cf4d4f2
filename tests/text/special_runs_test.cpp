#include "roformer/text/tokenizer_facts.h"

#include <gtest/gtest.h>

namespace roformer::text {
namespace {

using Ids = std::vector<std::int32_t>;
using PartKind = TemplatePart::Kind;

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
