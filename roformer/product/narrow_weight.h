// A weight as int8 or bfloat16, laid out for the processor's unit, and products with it.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "roformer/product/few_rows.h"
#include "roformer/product/narrow_product_kernel.h"

namespace roformer::product {

/// Integers of a weight (out, in), −127 … 127, with a scale for each output and a factor for each
/// input: weight ≈ scale integer factor. A product multiplies its rows by the factors before they
/// become bytes, so that inputs which count little do not take the range of those which count much.
struct Int8Values {
  torch::Tensor integers;  // (out, in) int8
  torch::Tensor scales;    // (out) float32; of zeros 1
  torch::Tensor factors;   // (in) float32
};
/// The factors are the root of each input's size in the weight, its root mean square over the
/// outputs from `first_output` on, divided by their mean: inputs that are large have small weights
/// as a rule, so no text is needed to tell them. Throws Error for a weight with a number that is
/// none.
Int8Values quantize_weight(const torch::Tensor& weight, std::int64_t first_output = 0);
/// The same with factors (in) of others: those of input_factors.
Int8Values quantize_weight(const torch::Tensor& weight, const torch::Tensor& factors);
/// The factors that quantize_weight takes of all outputs of a weight.
torch::Tensor input_factors(const torch::Tensor& weight);
/// scale · integer · factor, (out, in) float32.
torch::Tensor widen_weight(const Int8Values& values);
/// The rows `ids` (N) of the same, (N, in).
torch::Tensor widen_rows(const Int8Values& values, const torch::Tensor& ids);

/// A weight that products without a gradient read.
class NarrowWeight {
 public:
  explicit NarrowWeight(const Int8Values& values);
  /// Of a float32 weight (out, in); the output as quantize_weight has it.
  static NarrowWeight int8(const torch::Tensor& weight, std::int64_t first_output = 0);
  static NarrowWeight bfloat16(const torch::Tensor& weight);

  NarrowType type() const { return type_; }
  std::int64_t outputs() const { return outputs_; }
  std::int64_t inputs() const { return inputs_; }

  /// f(x Wᵀ + b): x (N, in) float32 on the CPU, bias (out) or undefined; (N, out) float32. Of int8
  /// each row of x, times the factors, becomes unsigned bytes over its own range.
  torch::Tensor product(const torch::Tensor& x, const torch::Tensor& bias,
                        std::optional<Activation> activation) const;
  /// The same of a few rows in memory.
  void product(const FewRows& few, base::Helpers& helpers) const;

 private:
  NarrowProduct narrow_product_of(float* y) const;
  NarrowWeight(NarrowType type, std::int64_t outputs, std::int64_t inputs);

  NarrowType type_;
  std::int64_t outputs_, inputs_;
  torch::Tensor blocks_;   // bytes, as NarrowProduct has them
  torch::Tensor scales_;   // (out) float32, of int8
  torch::Tensor factors_;  // (in) float32, of int8
  torch::Tensor sums_;     // (out) int32, of int8
};

/// The same product from LibTorch's operators, in float64: what NarrowWeight::product is tested by.
torch::Tensor int8_product_composed(const torch::Tensor& x, const Int8Values& values,
                                    const torch::Tensor& bias,
                                    std::optional<Activation> activation);
torch::Tensor bfloat16_product_composed(const torch::Tensor& x, const torch::Tensor& weight,
                                        const torch::Tensor& bias,
                                        std::optional<Activation> activation);

}  // namespace roformer::product
