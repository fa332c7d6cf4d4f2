// The forms of a weight in which evaluation reads it, beside the plain one. They cost memory and
// are made when asked for.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "roformer/model/activation_kernel.h"

namespace roformer::model {

/// The forms of one weight (out, in) as it was when they were made: oneDNN's layout. Another form is
/// another member, made in `prepare` and read in `product`.
class PreparedWeight {
 public:
  /// Makes the forms that there are for the weight's type and device, perhaps none.
  void prepare(const torch::Tensor& weight);
  void clear() { *this = {}; }

  /// Whether there is a form of this weight as it is now: the memory that was prepared, seen in the
  /// same way and not written since.
  bool serves(const torch::Tensor& weight) const;

  /// f(x Wᵀ + b), or without activation x Wᵀ + b, from a form of the weight; undefined where none
  /// serves. x (N, in), bias (out) or undefined. No gradient.
  torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight,
                        const torch::Tensor& bias, std::optional<Activation> activation) const;

 private:
  torch::Tensor
      plain_;  // shares the weight's memory, so that no other tensor can come to lie there
  std::int64_t version_ = 0;
  torch::Tensor onednn_;
};

}  // namespace roformer::model
