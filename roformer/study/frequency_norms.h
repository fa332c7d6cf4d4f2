// How long queries and keys are in each pair of dimensions that turns by one angle: a model that
// uses its positions has long pairs where they turn, one that does not has them where they hardly
// do.
#pragma once
#include <torch/types.h>

#include <string>

#include "roformer/study/turning_vectors.h"

namespace roformer::study {

/// sqrt(x_{2i}² + x_{2i+1}²) of x (N, H, R): (N, H, R / 2).
torch::Tensor pair_norms(const torch::Tensor& x);

/// Means over tokens and heads, (L, R / 2) float64.
struct FrequencyNorms {
  torch::Tensor q, k;
  std::string text;  // a line on what was read
};

/// Reads the model's text.
FrequencyNorms frequency_norms(const TurningModel& model);

}  // namespace roformer::study
