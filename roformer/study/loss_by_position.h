// Held-out loss by the place in the sequence.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "roformer/data/split.h"
#include "roformer/task/material.h"

namespace roformer::study {

/// Places begin … end − 1 of sequences.
struct PositionBin {
  std::int64_t begin = 0, end = 0;
  std::int64_t targets = 0;
  double loss = 0;            // nats a target; NaN without targets
  double standard_error = 0;  // of tokens taken as independent; NaN for fewer than two
};

/// Sums of the losses at each place, in float64.
class PositionLosses {
 public:
  /// Of sequences of at most `length` tokens.
  explicit PositionLosses(std::int64_t length);

  /// places (M) int64 within the length, losses (M).
  void add(const torch::Tensor& places, const torch::Tensor& losses);
  /// Places begin … end − 1.
  PositionBin bin(std::int64_t begin, std::int64_t end) const;
  /// All places.
  PositionBin whole() const { return bin(0, sums_.size(1)); }

 private:
  torch::Tensor sums_;  // (3, length): targets, Σ loss, Σ loss²
};

/// The losses of a held-out part in evaluation mode; their mean is train::evaluate's loss. `length`
/// is that of the recipe's evaluation. Throws Error for a task that is no language model's.
PositionLosses losses_by_position(task::RecipeTask& task, data::Split split, std::int64_t length);

/// Where bins begin and end: 0, then steps of length / parts, as whole numbers without repetition,
/// up to `longest`. `length` > 0 is one of them unless `longest` is smaller.
std::vector<std::int64_t> bin_edges(std::int64_t length, std::int64_t parts, std::int64_t longest);

}  // namespace roformer::study
