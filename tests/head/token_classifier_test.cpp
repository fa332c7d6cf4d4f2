#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

TEST(TokenClassifierHead, OneProductForEachToken) {
  model::HeadConfig head;
  head.num_labels = 4;
  auto model = random_head("ForTokenClassification", small_config(), head);
  Tensor labels = torch::full({3, 5}, -100, torch::kInt64);
  labels[0][0] = 3;
  labels[2][4] = 0;
  labels[2][0] = 1;  // padded
  const Answer found = answer_with(*model, "labels", labels);
  expect_near(found["logits"], found.call.unpack(product(*model, "classifier", found.hidden)));
  const Tensor chances = found["logits"].log_softmax(-1);
  expect_near(found["loss"], -(chances[0][0][3] + chances[2][4][0]) / 2);
  EXPECT_EQ(model->reading({}).columns, Columns::tokens);
}

TEST(TokenClassifierHead, DropoutIsClassifierDropoutWhereThereIsOne) {
  auto config = small_config();
  config.hidden_dropout_prob = 0;
  model::HeadConfig head;
  head.classifier_dropout = 0.5;
  auto model = random_head("ForTokenClassification", config, head);
  const Tensor kept = answer(*model, small_inputs())["logits"];
  model->train();
  model->encoder()->eval();
  EXPECT_FALSE(torch::equal(answer(*model, small_inputs())["logits"], kept));
  auto plain = random_head("ForTokenClassification", config);
  plain->train();
  plain->encoder()->eval();
  EXPECT_TRUE(torch::equal(answer(*plain, small_inputs())["logits"], kept));
}

}  // namespace
}  // namespace roformer::head
