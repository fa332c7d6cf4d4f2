#include "roformer/head/padded_call.h"

#include "tests/head/small_head.h"

namespace roformer::head {
namespace {

using torch::Tensor;

PaddedCall call_of(Model& model, format::TensorMap inputs) {
  return PaddedCall(inputs, model, torch::kCPU);
}

TEST(PaddedCall, RefusesNamesThatNoHeadKnows) {
  auto model = random_head("ForTokenClassification", small_config());
  auto inputs = small_inputs();
  inputs["lables"] = torch::zeros({3});
  expect_message("next_sentence_label, start_positions, end_positions) but got 'lables'",
                 [&] { call_of(*model, inputs); });
  expect_message("input_ids but got none", [&] { call_of(*model, {}); });
  inputs.erase("lables");
  inputs["start_positions"] = torch::tensor({0, 0, 0});  // another head's: known, and not read
  EXPECT_FALSE(answer(*model, inputs).outputs.contains("loss"));
}

TEST(PaddedCall, ValuesGoBackToTheirPlaces) {
  auto model = random_head("ForTokenClassification", small_config());
  const PaddedCall call = call_of(*model, small_inputs());
  EXPECT_EQ(call.batch().num_tokens(), 12);
  const Tensor numbers = torch::arange(1, 13).to(torch::kFloat);
  const Tensor padded = call.unpack(numbers);
  EXPECT_TRUE(torch::equal(padded.ne(0), small_mask().eq(1)));
  EXPECT_EQ(padded[2][1].item<float>(), 9);
}

TEST(PaddedCall, TheFirstColumnOfRowsThatHaveTokens) {
  auto model = random_head("ForNextSentencePrediction", small_config("bert"));
  auto inputs = small_inputs();
  inputs["attention_mask"] = small_mask().clone();
  inputs["attention_mask"][1].zero_();
  const PaddedCall call = call_of(*model, inputs);
  EXPECT_TRUE(torch::equal(call.rows_with_tokens(), torch::tensor({0, 2})));
  const Tensor first = call.first(call.batch().tokens);
  EXPECT_TRUE(
      torch::equal(first, inputs["input_ids"].select(1, 0).index_select(0, torch::tensor({0, 2}))));
  const Tensor spread = call.spread_rows(torch::ones({2, 4}));
  EXPECT_TRUE(torch::equal(spread.sum(1), torch::tensor({4.0f, 0.0f, 4.0f})));
}

TEST(PaddedCall, MemoryIsPackedByItsMask) {
  auto config = small_config();
  config.is_decoder = config.add_cross_attention = true;
  auto model = random_head("ForCausalLM", config);
  auto inputs = small_inputs();
  inputs["encoder_hidden_states"] = torch::randn({3, 4, 8});
  inputs["encoder_attention_mask"] =
      torch::tensor({1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1}).view({3, 4});
  const PaddedCall call = call_of(*model, inputs);
  const model::Memory* memory = call.forward_options().memory;
  ASSERT_NE(memory, nullptr);
  EXPECT_EQ(memory->hidden.size(0), 7);
  EXPECT_TRUE(torch::equal(memory->hidden[4], inputs["encoder_hidden_states"][1][0]));
  inputs["encoder_hidden_states"] = torch::randn({3, 4, 7});
  expect_message("(3, places, 8)", [&] { call_of(*model, inputs); });
  inputs.erase("encoder_hidden_states");
  expect_message("encoder_hidden_states with encoder_attention_mask",
                 [&] { call_of(*model, inputs); });
}

TEST(PaddedCall, PrefixesAreWithinTheRow) {
  auto config = small_config();
  config.is_decoder = true;
  auto model = random_head("ForCausalLM", config);
  auto inputs = small_inputs();
  inputs["prefix_lengths"] = torch::tensor({0, 5, 2});
  EXPECT_TRUE(torch::equal(call_of(*model, inputs).forward_options().prefix_lengths,
                           inputs["prefix_lengths"]));
  inputs["prefix_lengths"] = torch::tensor({0, 6, 2});
  expect_message("prefix_lengths from 0 to 5 but got 6",
                 [&] { call_of(*model, inputs).forward_options(); });
}

}  // namespace
}  // namespace roformer::head
