// An encoder-decoder on padded rows against the same rows without padding.
#include "roformer/pipeline/padded_translation.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/packed/pack.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/pipeline/small_translator.h"

namespace roformer::pipeline {
namespace {

using torch::Tensor;

// Sources of four tokens and of two, targets of two and of three.
format::TensorMap padded_pairs() {
  return {{"input_ids", torch::tensor({5, 6, 7, 8, 9, 5, 0, 0}).view({2, 4})},
          {"attention_mask", torch::tensor({1, 1, 1, 1, 1, 1, 0, 0}).view({2, 4})},
          {"decoder_input_ids", torch::tensor({1, 9, 0, 1, 8, 7}).view({2, 3})},
          {"decoder_attention_mask", torch::tensor({1, 1, 0, 1, 1, 1}).view({2, 3})}};
}

format::TensorMap run(const SmallTranslator& small, const format::TensorMap& inputs,
                      const PaddedRunOptions& options = {}) {
  return run_padded_translation(checkpoint::Folder(small.folder()), inputs, options);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(PaddedTranslation, PaddingChangesNothingAndIsZero) {
  const SmallTranslator small("padded");
  const torch::NoGradGuard no_gradient;
  const auto inputs = padded_pairs();
  const auto outputs = run(small, inputs);
  auto model = checkpoint::load_translation_model(checkpoint::Folder(small.folder())).module;
  ASSERT_EQ(outputs.at("encoder_last_hidden_state").sizes(), (torch::IntArrayRef{2, 4, 32}));
  ASSERT_EQ(outputs.at("last_hidden_state").sizes(), (torch::IntArrayRef{2, 3, 32}));
  EXPECT_EQ(outputs.size(), 3u);  // no states that nobody asked for
  const std::int64_t source_lengths[] = {4, 2}, target_lengths[] = {2, 3};
  for (const std::int64_t row : {0, 1}) {
    const auto source = packed::pack(
        {.input_ids = inputs.at("input_ids").narrow(0, row, 1).narrow(1, 0, source_lengths[row])});
    const auto target = packed::pack(
        {.input_ids =
             inputs.at("decoder_input_ids").narrow(0, row, 1).narrow(1, 0, target_lengths[row])});
    const model::Memory memory{model->encode(source.batch, {}), source.batch.cu_seqlens};
    model::ForwardOptions decoding;
    decoding.memory = &memory;
    const Tensor hidden = model->decode(target.batch, decoding);
    const auto of_row = [&](const char* name, std::int64_t length) {
      return outputs.at(name)[row].narrow(0, 0, length);
    };
    EXPECT_LE(
        largest_difference(of_row("encoder_last_hidden_state", source_lengths[row]), memory.hidden),
        1e-5);
    EXPECT_LE(largest_difference(of_row("last_hidden_state", target_lengths[row]), hidden), 1e-5);
    EXPECT_LE(largest_difference(of_row("logits", target_lengths[row]), model->logits(hidden)),
              1e-4);
  }
  EXPECT_EQ(outputs.at("encoder_last_hidden_state")[1].slice(0, 2).abs().max().item<float>(), 0);
  for (const char* name : {"last_hidden_state", "logits"})
    EXPECT_EQ(outputs.at(name)[0].slice(0, 2).abs().max().item<float>(), 0) << name;
}

TEST(PaddedTranslation, StatesOfBothSidesStandAtTheirPlaces) {
  const SmallTranslator small("states");
  const auto outputs = run(small, padded_pairs(), {{}, true, false});
  for (const std::string side : {"encoder", "decoder"}) {
    const std::string last = side == "encoder" ? "encoder_last_hidden_state" : "last_hidden_state";
    EXPECT_TRUE(torch::equal(outputs.at(side + "_hidden_states.2"), outputs.at(last))) << side;
    EXPECT_FALSE(torch::equal(outputs.at(side + "_hidden_states.0"), outputs.at(last))) << side;
    EXPECT_FALSE(outputs.contains(side + "_hidden_states.3")) << side;
  }
}

TEST(PaddedTranslation, WhatDoesNotFitIsNamed) {
  const SmallTranslator small("refused");
  auto inputs = padded_pairs();
  inputs.erase("decoder_input_ids");
  checkpoint::expect_error({"decoder_input_ids"}, [&] { run(small, inputs); });
  inputs = padded_pairs();
  inputs["token_type_ids"] = torch::zeros({2, 4}, torch::kInt64);
  checkpoint::expect_error({"'token_type_ids'"}, [&] { run(small, inputs); });
  inputs = padded_pairs();
  for (const char* name : {"decoder_input_ids", "decoder_attention_mask"})
    inputs[name] = inputs.at(name).narrow(0, 0, 1);
  checkpoint::expect_error({"as many rows"}, [&] { run(small, inputs); });
  checkpoint::expect_error({"attention weights"}, [&] {
    run(small, padded_pairs(), {{}, false, true});
  });
}

}  // namespace
}  // namespace roformer::pipeline
