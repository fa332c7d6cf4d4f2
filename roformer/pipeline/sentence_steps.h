// What stands behind the pooling of a sentence encoder: scaling to length 1, dense layers.
#pragma once
#include <torch/types.h>

#include <functional>

#include "roformer/pipeline/sentence_folder.h"

namespace roformer::pipeline {

/// (B, in) → (B, out).
using VectorStep = std::function<torch::Tensor(const torch::Tensor&)>;

/// x / max(|x|, 1e-12).
torch::Tensor scale_to_length_one(const torch::Tensor& vectors);

/// Reads a step's weights: linear.weight (out, in), linear.bias (out), residual.weight (out, in).
/// Throws Error naming the folder for weights that are missing, too many, or of other shapes.
VectorStep make_step(const SentenceStep& step);

}  // namespace roformer::pipeline
