#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

TEST(PretrainingHead, BothAnswersAndTheSumOfTheirLosses) {
  auto model = random_head("ForPreTraining", small_config("bert"));
  Tensor labels = torch::full({3, 5}, -100, torch::kInt64);
  labels[1][2] = 6;
  auto inputs = small_inputs();
  inputs["labels"] = labels;
  EXPECT_FALSE(answer(*model, inputs).outputs.contains("loss"));  // it needs both
  inputs["next_sentence_label"] = torch::tensor({0, 1, 1});
  const Answer found = answer(*model, inputs);
  const Tensor pooled =
      torch::tanh(product(*model, "bert.pooler.dense", found.call.first(found.hidden)));
  const Tensor follows = product(*model, "cls.seq_relationship", pooled);
  expect_near(found["seq_relationship_logits"], follows);
  const Tensor chances = follows.log_softmax(-1);
  const Tensor sentences = -(chances[0][0] + chances[1][1] + chances[2][1]) / 3;
  expect_near(found["loss"], sentences - found["prediction_logits"].log_softmax(-1)[1][2][6]);
}

TEST(PretrainingHead, IsBertsAlone) {
  EXPECT_FALSE(
      choose("BertForPreTraining", {small_config("bert"), {}, {}}).classes.contains("roformer"));
  auto model = random_head("ForPreTraining", small_config("bert"));
  EXPECT_EQ(model->reading({}).columns, Columns::first);
}

}  // namespace
}  // namespace roformer::head
