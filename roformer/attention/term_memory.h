// The terms of all heads and spans as the kernels read them, and memory for their gradients: one a
// lane, summed up in the lanes' order.
#pragma once
#include <torch/types.h>

#include <array>
#include <cstdint>

#include "roformer/attention/pair_terms.h"
#include "roformer/attention/pair_terms_kernel.h"

namespace roformer::attention {

class TermMemory {
 public:
  /// Throws Error for rows of the terms that do not reach the spans' positions.
  explicit TermMemory(const PlacedTerms& terms);

  /// Takes memory for the gradients that are wanted.
  void make_gradients(const std::array<bool, PairTerms::count>& wanted, std::int64_t heads,
                      std::int64_t lanes);
  /// Sets the memory of a lane to zero.
  void begin_lane(std::int64_t head, std::int64_t lane) const;

  /// One head's, without gradients.
  HeadTerms of(std::size_t span, std::int64_t head) const;
  /// The same with the gradients of a lane.
  HeadTerms of(std::size_t span, std::int64_t head, std::int64_t lane) const;

  /// The sums of all lanes, of the terms' own shapes; undefined where none was wanted.
  PairTerms gradients() const;

 private:
  const PlacedTerms& placed_;
  std::array<torch::Tensor, PairTerms::count> values_;     // as the kernels read them
  std::array<torch::Tensor, PairTerms::count> gradients_;  // (lanes, H, rows · stride)
};

}  // namespace roformer::attention
