// One head of one sequence in memory. Included by files compiled per instruction set: no torch, no
// std containers.
#pragma once
#include <cstdint>

namespace roformer::attention {

/// One (T, D) matrix of a head: row t at data + t * stride.
template <typename Scalar>
struct HeadMatrix {
  Scalar* data;
  std::int64_t stride;

  /// The rows from `first` on.
  HeadMatrix from(std::int64_t first) const { return {data + first * stride, stride}; }
};

}  // namespace roformer::attention
