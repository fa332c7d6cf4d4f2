// Weights that are int8 themselves, as files of int8 have them, instead of a form beside float32.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include "roformer/product/narrow_weight.h"

namespace roformer::model {

/// Makes a module's weight `values.integers`, without a gradient, and the rest its buffers
/// weight_scale and weight_factor.
void hold_int8(torch::nn::Module& owner, torch::Tensor& weight, const product::Int8Values& values);

/// Whether a linear layer or a table of words below a module is int8.
bool holds_int8(torch::nn::Module& module);

/// Makes them all float32, for what int8 does not serve.
void widen_int8(torch::nn::Module& module);

}  // namespace roformer::model
