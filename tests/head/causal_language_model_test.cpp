#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

model::EncoderConfig decoder_config() {
  auto config = small_config();
  config.is_decoder = true;
  return config;
}

TEST(CausalLanguageModelHead, EachTokenIsAskedForTheNext) {
  auto model = random_head("ForCausalLM", decoder_config());
  Tensor labels = torch::full({3, 5}, -100, torch::kInt64);
  labels[0][0] = 5;  // nothing stands before it
  labels[0][4] = 7;
  labels[1][1] = 9;
  const Answer found = answer_with(*model, "labels", labels);
  const Tensor chances = found["logits"].log_softmax(-1);
  expect_near(found["loss"], -(chances[0][3][7] + chances[1][0][9]) / 2);
  EXPECT_FALSE(found.outputs.contains("pooler_output"));
}

TEST(CausalLanguageModelHead, LooksBackOnly) {
  auto model = random_head("ForCausalLM", decoder_config());
  auto inputs = small_inputs();
  const Tensor before = answer(*model, inputs)["logits"];
  inputs["input_ids"][0][4] = 1 + (inputs["input_ids"][0][4].item<std::int64_t>() % 29);
  const Tensor after = answer(*model, inputs)["logits"];
  expect_near(before[0].slice(0, 0, 4), after[0].slice(0, 0, 4));
  EXPECT_GT((before[0][4] - after[0][4]).abs().max().item<double>(), 1e-3);
}

TEST(CausalLanguageModelHead, APoolerReadsTheFirstColumn) {
  auto model = random_head("ForCausalLM", decoder_config(), {}, /*pooled=*/true);
  EXPECT_EQ(model->reading({}).columns, Columns::first);
  const Answer found = answer(*model, small_inputs());
  const Tensor first = found.call.first(found.hidden);
  expect_near(found["pooler_output"], torch::tanh(product(*model, "roformer.pooler.dense", first)));
  EXPECT_EQ(found["logits"].sizes(), (std::vector<std::int64_t>{3, 5, 30}));
  EXPECT_EQ(random_head("ForCausalLM", decoder_config())->reading({}).columns, Columns::tokens);
}

}  // namespace
}  // namespace roformer::head
