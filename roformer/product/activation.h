// Activations as operators with gradients; the names are those of Hugging Face's hidden_act.
#pragma once
#include <torch/types.h>

#include "roformer/product/activation_kernel.h"

namespace roformer::product {

/// f(x) for a tensor of any shape; the kernel for float32 on the CPU, else LibTorch's operators.
torch::Tensor activate(const torch::Tensor& x, Activation activation);

/// LibTorch's operators: what the kernel must equal.
torch::Tensor activate_composed(const torch::Tensor& x, Activation activation);

}  // namespace roformer::product
