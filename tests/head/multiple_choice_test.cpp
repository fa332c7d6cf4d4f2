#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

// One question with three choices: the rows of small_inputs.
format::TensorMap choices() {
  format::TensorMap inputs = small_inputs();
  for (auto& [name, tensor] : inputs) tensor = tensor.unsqueeze(0);
  return inputs;
}

model::HeadConfig reads(const std::string& summary) {
  model::HeadConfig head;
  head.summary.type = summary;
  return head;
}

TEST(MultipleChoiceHead, ReadsTheLastColumnThoughItIsPadded) {
  auto model = random_head("ForMultipleChoice", small_config(), reads("last"));
  EXPECT_EQ(model->reading({}).columns, Columns::last);
  EXPECT_TRUE(model->reading({}).choices);
  auto inputs = choices();
  inputs["labels"] = torch::tensor({1});
  const Answer found = answer(*model, inputs);
  const Tensor last = packed::unpack(found.hidden, found.call.inputs()).select(1, 4);
  EXPECT_GT(last[1].abs().max().item<double>(), 0);  // its row ends in padding
  const Tensor expected = product(*model, "classifier", last).view({1, 3});
  expect_near(found["logits"], expected);
  expect_near(found["loss"], -expected.log_softmax(-1)[0][1]);
}

TEST(MultipleChoiceHead, OtherSummaries) {
  auto first = random_head("ForMultipleChoice", small_config(), reads("first"));
  const Answer of_first = answer(*first, choices());
  expect_near(of_first["logits"],
              product(*first, "classifier", of_first.call.first(of_first.hidden)).view({1, 3}));
  auto mean = random_head("ForMultipleChoice", small_config(), reads("mean"));
  const Answer of_mean = answer(*mean, choices());
  EXPECT_EQ(of_mean.hidden.size(0), 15);  // every place looks
  const Tensor padded = packed::unpack(of_mean.hidden, of_mean.call.inputs());
  expect_near(of_mean["logits"], product(*mean, "classifier", padded.mean(1)).view({1, 3}));
}

TEST(MultipleChoiceHead, AProjectionAndItsActivation) {
  auto head = reads("first");
  head.summary.use_projection = true;
  head.summary.activation = "tanh";
  auto model = random_head("ForMultipleChoice", small_config(), head);
  const Answer found = answer(*model, choices());
  const Tensor inner =
      torch::tanh(product(*model, "sequence_summary.summary", found.call.first(found.hidden)));
  expect_near(found["logits"], product(*model, "classifier", inner).view({1, 3}));
}

TEST(MultipleChoiceHead, BertsReadsThePoolerWhateverTheSummary) {
  auto model = random_head("ForMultipleChoice", small_config("bert"), reads("mean"));
  EXPECT_EQ(model->reading({}).columns, Columns::first);
  const Answer found = answer(*model, choices());
  const Tensor pooled =
      torch::tanh(product(*model, "bert.pooler.dense", found.call.first(found.hidden)));
  expect_near(found["logits"], product(*model, "classifier", pooled).view({1, 3}));
}

TEST(MultipleChoiceHead, InputsThatDoNotFitAreNamed) {
  auto model = random_head("ForMultipleChoice", small_config(), reads("last"));
  expect_message("(rows, choices, columns)", [&] { answer(*model, small_inputs()); });
  auto inputs = choices();
  inputs["labels"] = torch::tensor({3});
  expect_message("labels from 0 to 2 but got 3", [&] { answer(*model, inputs); });
  expect_message("at least one column", [&] {
    answer(*model, {{"input_ids", torch::zeros({1, 2, 0}, torch::kInt64)}});
  });
}

}  // namespace
}  // namespace roformer::head
