// A weight as int8 or bfloat16, laid out for the processor's unit, and products with it.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "roformer/product/narrow_product_kernel.h"

namespace roformer::product {

/// Integers of a weight (out, in) and a scale for each output: weight ≈ scale integer, integers in
/// −127 … 127. A row of zeros has scale 0.
struct Int8Values {
  torch::Tensor integers;  // (out, in) int8
  torch::Tensor scales;    // (out) float32
};
/// Throws Error for a weight with a number that is none.
Int8Values quantize_weight(const torch::Tensor& weight);
/// scale · integer, (out, in) float32.
torch::Tensor widen_weight(const Int8Values& values);

/// A weight that products without a gradient read.
class NarrowWeight {
 public:
  explicit NarrowWeight(const Int8Values& values);
  /// Of a float32 weight (out, in).
  static NarrowWeight int8(const torch::Tensor& weight);
  static NarrowWeight bfloat16(const torch::Tensor& weight);

  NarrowType type() const { return type_; }
  std::int64_t outputs() const { return outputs_; }
  std::int64_t inputs() const { return inputs_; }

  /// f(x Wᵀ + b): x (N, in) float32 on the CPU, bias (out) or undefined; (N, out) float32. Of int8
  /// each row of x becomes unsigned bytes over its own range.
  torch::Tensor product(const torch::Tensor& x, const torch::Tensor& bias,
                        std::optional<Activation> activation) const;

 private:
  NarrowWeight(NarrowType type, std::int64_t outputs, std::int64_t inputs);

  NarrowType type_;
  std::int64_t outputs_, inputs_;
  torch::Tensor blocks_;  // bytes, as NarrowProduct has them
  torch::Tensor scales_;  // (out) float32, of int8
  torch::Tensor sums_;    // (out) int32, of int8
};

/// The same product from LibTorch's operators, in float64: what NarrowWeight::product is tested by.
torch::Tensor int8_product_composed(const torch::Tensor& x, const Int8Values& values,
                                    const torch::Tensor& bias,
                                    std::optional<Activation> activation);
torch::Tensor bfloat16_product_composed(const torch::Tensor& x, const torch::Tensor& weight,
                                        const torch::Tensor& bias,
                                        std::optional<Activation> activation);

}  // namespace roformer::product
