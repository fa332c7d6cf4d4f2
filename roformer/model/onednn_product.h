// oneDNN's product of a batch with a weight: bias and activation within it, and the weight as it
// stands or in oneDNN's own layout.
#pragma once
#include <torch/types.h>

#include <optional>

#include "roformer/model/activation_kernel.h"

namespace roformer::model {

/// Whether it takes x and a plain weight: float32 on the CPU, at least one element, a LibTorch with
/// oneDNN.
bool onednn_serves(const torch::Tensor& x, const torch::Tensor& weight);

/// f(x Wᵀ + b): x (N, in), weight (out, in) plain or of onednn_layout, bias (out) or undefined; no
/// activation: x Wᵀ + b. No gradient.
torch::Tensor onednn_product(const torch::Tensor& x, const torch::Tensor& weight,
                             const torch::Tensor& bias, std::optional<Activation> activation);

/// A copy of a weight (out, in) in the layout that the products read. Otherwise each product makes
/// it anew, which costs as much as the product itself where x has a few rows: a step of decoding at
/// one sentence and four beams takes half the time, at 32 sentences 0.93 of it. Undefined where
/// oneDNN does not serve the weight.
torch::Tensor onednn_layout(const torch::Tensor& weight);

}  // namespace roformer::model
