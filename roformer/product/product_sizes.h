// What a product with a weight that is laid out asks of its rows and bias.
#pragma once
#include <torch/types.h>

#include <cstdint>

#include "roformer/base/error.h"

namespace roformer::product {

/// Throws Error unless x is (N, inputs) and the bias (outputs) or undefined.
inline void require_product_sizes(const torch::Tensor& x, const torch::Tensor& bias,
                                  std::int64_t inputs, std::int64_t outputs) {
  base::require(x.dim() == 2 && x.size(1) == inputs &&
                    (!bias.defined() || (bias.dim() == 1 && bias.size(0) == outputs)),
                "[product] expected rows of {} and {} biases but got {} and {}", inputs, outputs,
                x.size(-1), bias.defined() ? bias.numel() : 0);
}

}  // namespace roformer::product
