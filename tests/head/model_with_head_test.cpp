#include "roformer/head/model_with_head.h"

#include "roformer/head/sequence_classifier.h"
#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

TEST(ModelWithHead, DropoutIsAFunctionOfTheSeed) {
  auto config = small_config();
  config.hidden_dropout_prob = 0.5;
  auto model = random_head<SequenceClassifier>(config);
  const torch::Tensor first = torch::ones({50, 8});
  model::ForwardOptions options;
  options.dropout_seed = 3;
  const torch::Tensor kept = model->logits(first, options);
  EXPECT_TRUE(torch::equal(kept[0], kept[49]));  // nothing is dropped in evaluation
  model->train();
  const torch::Tensor dropped = model->logits(first, options);
  EXPECT_FALSE(torch::equal(dropped[0], dropped[49]));
  EXPECT_TRUE(torch::equal(dropped, model->logits(first, options)));
  options.dropout_seed = 4;
  EXPECT_FALSE(torch::equal(dropped, model->logits(first, options)));
}

TEST(ModelWithHead, TheTrunkIsCalledByItsFamily) {
  auto bert = random_head<SequenceClassifier>(small_config("bert"));
  parameter(*bert, "bert.embeddings.word_embeddings.weight");
  auto roformer = random_head<SequenceClassifier>(small_config());
  parameter(*roformer, "roformer.embeddings.word_embeddings.weight");
  expect_message("a pooler", [&] { roformer->pool(torch::zeros({1, 8})); });
  EXPECT_EQ(&roformer->module(), roformer.get());
}

}  // namespace
}  // namespace roformer::head
