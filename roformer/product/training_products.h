// The products of a linear layer that is learned: y = x Wᵀ + b and its two gradients.
#pragma once
#include <torch/types.h>

#include <cstdint>

#include "roformer/product/compute_type.h"

namespace roformer::product {

/// Of one weight (out, in) as it is now. In bfloat16 the numbers that are multiplied are rounded,
/// sums and results are float32, and what the products read is made when it is first asked for;
/// weights of fewer than kFewOutputs outputs and batches of fewer than kFewRows rows, where rounding
/// the weight costs more than the product, are float32. int8 is none for training: an Error.
class TrainingProducts {
 public:
  TrainingProducts(const torch::Tensor& weight, ComputeType type);

  /// x Wᵀ + b: x (N, in), bias (out) or undefined; (N, out).
  torch::Tensor output(const torch::Tensor& x, const torch::Tensor& bias);
  /// ∂x = ∂y W: (N, out) → (N, in).
  torch::Tensor input_gradient(const torch::Tensor& slope);
  /// ∂W = ∂yᵀ x, (out, in), added to `sum` where that is defined.
  void add_weight_gradient(const torch::Tensor& slope, const torch::Tensor& x, torch::Tensor& sum);

 private:
  bool is_narrow(const torch::Tensor& rows) const;

  torch::Tensor weight_;
  bool narrow_;
  torch::Tensor by_output_, by_input_;  // blocks of bfloat16
};

constexpr std::int64_t kFewOutputs = 32;
constexpr std::int64_t kFewRows = 64;

}  // namespace roformer::product
