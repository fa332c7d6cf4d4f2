// oneDNN's product of a batch with a weight, bias and activation within it, and the forms of a
// weight that evaluation reads, beside the plain one: they cost memory and are made when asked for.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "roformer/product/activation_kernel.h"
#include "roformer/product/blocked_weight.h"
#include "roformer/product/compute_type.h"
#include "roformer/product/narrow_weight.h"

namespace roformer::product {

/// Whether it takes x and a plain weight: float32 on the CPU, not empty, a LibTorch with oneDNN.
bool onednn_serves(const torch::Tensor& x, const torch::Tensor& weight);

/// f(x Wᵀ + b): x (N, in), weight (out, in) plain, bias (out) or undefined; no
/// activation: x Wᵀ + b. No gradient.
torch::Tensor onednn_product(const torch::Tensor& x, const torch::Tensor& weight,
                             const torch::Tensor& bias, std::optional<Activation> activation);

/// x Wᵀ + b by the faster of LibTorch's libraries; weight (out, in) plain, perhaps read across, of
/// any type and device. No gradient.
torch::Tensor float32_product(const torch::Tensor& x, const torch::Tensor& weight,
                              const torch::Tensor& bias);

/// The form of one weight (out, in) as it was when it was made: floats laid out by blocks, or a
/// narrow weight.
class PreparedWeight {
 public:
  /// Makes the form, if there is one and it is not there yet, for the weight's type and device; the
  /// output as quantize_weight has it. Throws Error for a type that the processor does not have.
  void prepare(const torch::Tensor& weight, ComputeType type = ComputeType::float32,
               std::int64_t first_output = 0);
  /// The form of a weight that is itself int8, `values.integers`.
  void hold(const torch::Tensor& weight, const Int8Values& values);
  void clear() { *this = {}; }

  /// Whether there is a form of this weight as it is now: the memory that was prepared, seen in the
  /// same way and not written since.
  bool serves(const torch::Tensor& weight) const;
  /// The type of the form that there is.
  std::optional<ComputeType> type() const;

  /// f(x Wᵀ + b), or without activation x Wᵀ + b, from a form of the weight; undefined where none
  /// serves. x (N, in), bias (out) or undefined. No gradient.
  torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight,
                        const torch::Tensor& bias, std::optional<Activation> activation) const;
  /// The same of a few rows in memory, once it is known that a form serves.
  void product(const FewRows& few, base::Helpers& helpers) const {
    narrow_ ? narrow_->product(few, helpers) : blocked_->product(few, helpers);
  }

 private:
  bool has_form(ComputeType type) const;

  torch::Tensor
      plain_;  // shares the weight's memory, so that no other tensor can come to lie there
  std::int64_t version_ = 0;
  std::optional<BlockedWeight> blocked_;
  std::optional<NarrowWeight> narrow_;
};

}  // namespace roformer::product
