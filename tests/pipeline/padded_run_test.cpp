// A checkpoint on padded rows against the same rows without padding.
#include "roformer/pipeline/padded_run.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/error.h"
#include "tests/pipeline/small_checkpoint.h"

namespace roformer::pipeline {
namespace {

using torch::Tensor;

// A whole row and one of three tokens.
format::TensorMap padded_rows() {
  return {{"input_ids", torch::tensor({2, 5, 6, 7, 3, 2, 9, 3, 0, 0}).view({2, 5})},
          {"attention_mask", torch::tensor({1, 1, 1, 1, 1, 1, 1, 1, 0, 0}).view({2, 5})}};
}

double apart_at_most(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(PaddedRun, PaddingChangesNothingAndIsZero) {
  const SmallCheckpoint checkpoint("roformer");
  const torch::NoGradGuard no_gradient;
  const auto outputs = run_padded(checkpoint.folder(), padded_rows(), {});
  ASSERT_EQ(outputs.at("last_hidden_state").sizes(), (torch::IntArrayRef{2, 5, 24}));
  ASSERT_EQ(outputs.at("logits").sizes(), (torch::IntArrayRef{2, 5, 16}));
  EXPECT_FALSE(outputs.contains("hidden_states.0") || outputs.contains("attentions.0"));
  auto model = checkpoint.model();
  const auto ids = padded_rows().at("input_ids");
  for (const auto& [row, length] : {std::pair<std::int64_t, std::int64_t>{0, 5}, {1, 3}}) {
    const Tensor alone = ids.narrow(0, row, 1).narrow(1, 0, length);
    const Tensor hidden = model->encoder()->forward(packed::pack({.input_ids = alone}).batch);
    EXPECT_LE(apart_at_most(outputs.at("last_hidden_state")[row].narrow(0, 0, length), hidden),
              1e-5);
    EXPECT_LE(apart_at_most(outputs.at("logits")[row].narrow(0, 0, length), model->logits(hidden)),
              1e-5);
  }
  for (const char* name : {"last_hidden_state", "logits"})
    EXPECT_EQ(outputs.at(name)[1].slice(0, 3).abs().max().item<float>(), 0) << name;
}

TEST(PaddedRun, TracesStandAtTheirPlaces) {
  const SmallCheckpoint checkpoint("roformer");
  const auto outputs = run_padded(checkpoint.folder(), padded_rows(), {{}, true, true});
  EXPECT_TRUE(torch::equal(outputs.at("hidden_states.2"), outputs.at("last_hidden_state")));
  EXPECT_FALSE(outputs.contains("hidden_states.3") || outputs.contains("attentions.2"));
  for (const char* name : {"attentions.0", "attentions.1"}) {
    const Tensor weights = outputs.at(name);
    ASSERT_EQ(weights.sizes(), (torch::IntArrayRef{2, 2, 5, 5})) << name;
    // Each token's weights are 1 together, and a padded place has and gets none.
    const Tensor sums = torch::tensor({1, 1, 1, 1, 1, 1, 1, 1, 0, 0}).view({2, 1, 5});
    EXPECT_LE(apart_at_most(weights.sum(3), sums.expand({2, 2, 5})), 1e-5) << name;
    EXPECT_EQ(weights[1].slice(2, 3).abs().max().item<float>(), 0) << name;
    EXPECT_GT(weights[1].slice(2, 0, 3).slice(1, 0, 3).min().item<float>(), 0) << name;
  }
}

TEST(PaddedRun, WhatDoesNotFitIsRefused) {
  const SmallCheckpoint checkpoint("roformer");
  auto inputs = padded_rows();
  inputs["input_ids"][0][1] = 16;  // of sixteen words
  EXPECT_THROW(run_padded(checkpoint.folder(), inputs, {}), Error);
  inputs = padded_rows();
  inputs["lengths"] = torch::tensor({5, 3});
  EXPECT_THROW(run_padded(checkpoint.folder(), inputs, {}), Error);
}

}  // namespace
}  // namespace roformer::pipeline
