#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

Holdings holdings_with_pooler(bool pooled) {
  Holdings holdings;
  holdings.config = small_config("bert");
  if (pooled) holdings.shapes[pooler_weight] = {8, 8};
  return holdings;
}

std::shared_ptr<Model> trunk(bool pooled) {
  return choose("BertModel", holdings_with_pooler(pooled)).make(holdings_with_pooler(pooled));
}

TEST(TrunkAlone, HasAPoolerIfTheFileHas) {
  const auto pooled = trunk(true);
  const auto plain = trunk(false);
  EXPECT_EQ(pooled->reading({}).columns, Columns::first);
  EXPECT_EQ(plain->reading({}).columns, Columns::tokens);
  EXPECT_EQ(pooled->module().parameters().size(), plain->module().parameters().size() + 2);
  // Nothing stands before the names.
  parameter(pooled->module(), "pooler.dense.weight");
  parameter(plain->module(), "embeddings.word_embeddings.weight");
}

TEST(TrunkAlone, AnswersWithThePoolerAlone) {
  const auto pooled = trunk(true);
  pooled->module().eval();
  const Answer found = answer(*pooled, small_inputs());
  ASSERT_EQ(found.outputs.size(), 1);
  expect_near(found["pooler_output"], torch::tanh(product(pooled->module(), "pooler.dense",
                                                          found.call.first(found.hidden))));
  const auto plain = trunk(false);
  EXPECT_TRUE(answer(*plain, small_inputs()).outputs.empty());
}

}  // namespace
}  // namespace roformer::head
