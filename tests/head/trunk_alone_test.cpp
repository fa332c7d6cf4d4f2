#include "roformer/head/trunk_alone.h"

#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

Holdings holdings_with_pooler(bool pooled) {
  Holdings holdings;
  holdings.config = small_config("bert");
  if (pooled) holdings.shapes[kPoolerWeight] = {8, 8};
  return holdings;
}

TEST(TrunkAlone, HasAPoolerIfTheFileHas) {
  const auto pooled = trunk_alone().make(holdings_with_pooler(true));
  const auto plain = trunk_alone().make(holdings_with_pooler(false));
  EXPECT_EQ(pooled->reading(false).columns, Columns::first);
  EXPECT_EQ(plain->reading(false).columns, Columns::tokens);
  EXPECT_EQ(pooled->module().parameters().size(), plain->module().parameters().size() + 2);
  // Nothing stands before the names.
  parameter(pooled->module(), "pooler.dense.weight");
  parameter(plain->module(), "embeddings.word_embeddings.weight");
  EXPECT_EQ(&plain->description(), &trunk_alone());
  EXPECT_EQ(&pooled->description(), &trunk_alone());
}

TEST(TrunkAlone, AnswersWithThePoolerAlone) {
  const auto pooled = trunk_alone().make(holdings_with_pooler(true));
  pooled->module().eval();
  const Answer found = answer(*pooled, small_inputs());
  ASSERT_EQ(found.outputs.size(), 1);
  expect_near(found["pooler_output"], torch::tanh(product(pooled->module(), "pooler.dense",
                                                          found.call.first(found.hidden))));
  const auto plain = trunk_alone().make(holdings_with_pooler(false));
  EXPECT_TRUE(answer(*plain, small_inputs()).outputs.empty());
}

}  // namespace
}  // namespace roformer::head
