#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

model::HeadConfig labels(std::int64_t num_labels) {
  model::HeadConfig head;
  head.num_labels = num_labels;
  return head;
}

TEST(SequenceClassifierHead, RoFormersHasTwoProducts) {
  auto config = small_config();
  config.hidden_act = "relu";
  auto model = random_head("ForSequenceClassification", config, labels(3));
  const Answer found = answer(*model, small_inputs());
  const Tensor inner =
      torch::relu(product(*model, "classifier.dense", found.call.first(found.hidden)));
  expect_near(found["logits"], product(*model, "classifier.out_proj", inner));
  EXPECT_FALSE(model->has_pooler());
}

TEST(SequenceClassifierHead, BertsReadsThePooler) {
  auto model = random_head("ForSequenceClassification", small_config("bert"), labels(4));
  const Answer found = answer(*model, small_inputs());
  const Tensor pooled =
      torch::tanh(product(*model, "bert.pooler.dense", found.call.first(found.hidden)));
  expect_near(found["logits"], product(*model, "classifier", pooled));
}

TEST(SequenceClassifierHead, ReadsTheFirstColumnAlone) {
  auto model = random_head("ForSequenceClassification", small_config("roformer"), labels(3));
  EXPECT_EQ(model->reading({}).columns, Columns::first);
  const Answer found = answer(*model, small_inputs());
  // The first column of the third row is masked: it looks on.
  EXPECT_EQ(found.hidden.size(0), small_mask().sum().item<std::int64_t>() + 1);
}

TEST(SequenceClassifierHead, ARowWithoutTokensIsZeroAndCountsInNoLoss) {
  auto model = random_head("ForSequenceClassification", small_config("roformer"), labels(3));
  auto inputs = small_inputs();
  inputs["attention_mask"] = small_mask().clone();
  inputs["attention_mask"][1].zero_();
  inputs["labels"] = torch::tensor({2, 0, 1});
  const Answer found = answer(*model, inputs);
  EXPECT_EQ(found["logits"][1].abs().max().item<float>(), 0);
  const Tensor chances = found["logits"].log_softmax(-1);
  expect_near(found["loss"], -(chances[0][2] + chances[2][1]) / 2);
}

TEST(SequenceClassifierHead, ProblemsAndTheirLosses) {
  auto classes = random_head("ForSequenceClassification", small_config("roformer"), labels(3));
  const Answer several = answer_with(*classes, "labels", torch::ones({3, 3}));
  expect_near(several["loss"], -torch::log_sigmoid(several["logits"]).mean());
  auto one = random_head("ForSequenceClassification", small_config("roformer"), labels(1));
  const Tensor numbers = torch::tensor({0.5f, -1.0f, 2.0f});
  const Answer regression = answer_with(*one, "labels", numbers);
  expect_near(regression["loss"], (regression["logits"].view(3) - numbers).square().mean());
  const Answer of_class = answer_with(*classes, "labels", torch::tensor({0, 2, 1}));
  const Tensor chances = of_class["logits"].log_softmax(-1);
  expect_near(of_class["loss"], -(chances[0][0] + chances[1][2] + chances[2][1]) / 3);
  auto head = labels(3);
  head.problem_type = "regression";
  auto many = random_head("ForSequenceClassification", small_config(), head);
  const Answer vectors = answer_with(*many, "labels", torch::ones({3, 3}));
  expect_near(vectors["loss"], (vectors["logits"] - 1).square().mean());
}

TEST(SequenceClassifierHead, AProblemThatIsNoneIsNamed) {
  auto head = labels(3);
  head.problem_type = "ranking";
  expect_message("ranking",
                 [&] { random_head("ForSequenceClassification", small_config(), head); });
}

TEST(SequenceClassifierHead, LabelsThatDoNotFitAreNamed) {
  auto model = random_head("ForSequenceClassification", small_config("roformer"), labels(3));
  expect_message("(3) for classes or (3, 3) for numbers", [&] {
    answer_with(*model, "labels", torch::ones({3, 2}));
  });
  expect_message("labels from 0 to 2 but got 3", [&] {
    answer_with(*model, "labels", torch::tensor({0, 3, 1}));
  });
}

}  // namespace
}  // namespace roformer::head
