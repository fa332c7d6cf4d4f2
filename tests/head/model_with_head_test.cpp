#include "roformer/head/model_with_head.h"

#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

TEST(ModelWithHead, DropoutIsAFunctionOfTheSeed) {
  auto config = small_config();
  config.hidden_dropout_prob = 0.5;
  auto model = random_head("ForSequenceClassification", config);
  const auto logits = [&](std::uint64_t seed) {
    const PaddedCall call(small_inputs(), *model, torch::kCPU, seed);
    return model->outputs(torch::ones({13, 8}), call).at("logits");
  };
  const torch::Tensor kept = logits(3);
  EXPECT_TRUE(torch::equal(kept[0], kept[2]));  // nothing is dropped in evaluation
  model->train();
  const torch::Tensor dropped = logits(3);
  EXPECT_FALSE(torch::equal(dropped[0], dropped[2]));
  EXPECT_TRUE(torch::equal(dropped, logits(3)));
  EXPECT_FALSE(torch::equal(dropped, logits(4)));
}

TEST(ModelWithHead, TheTrunkIsCalledByItsFamily) {
  auto bert = random_head("ForSequenceClassification", small_config("bert"));
  parameter(*bert, "bert.embeddings.word_embeddings.weight");
  EXPECT_TRUE(bert->has_pooler());
  auto roformer = random_head("ForSequenceClassification", small_config());
  parameter(*roformer, "roformer.embeddings.word_embeddings.weight");
  EXPECT_FALSE(roformer->has_pooler());
  EXPECT_EQ(&roformer->module(), roformer.get());
}

}  // namespace
}  // namespace roformer::head
