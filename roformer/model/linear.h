// y = x Wᵀ + b as one operator with a gradient: oneDNN where it serves (bias and activation within
// the product), else LibTorch's.
#pragma once
#include <torch/types.h>

#include "roformer/model/activation_kernel.h"

namespace roformer::model {

/// x: (N, in), weight: (out, in), bias: (out) or undefined. Result (N, out), or `shape` of as many
/// elements, which autograd sees as a tensor of its own (so that it can be changed in place without
/// a copy).
torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                     torch::IntArrayRef shape = {});

/// f(x Wᵀ + b); without a gradient the activation is taken within the product.
torch::Tensor linear_activation(const torch::Tensor& x, const torch::Tensor& weight,
                                const torch::Tensor& bias, Activation activation);

}  // namespace roformer::model
