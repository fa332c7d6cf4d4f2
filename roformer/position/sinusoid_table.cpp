#include "roformer/position/sinusoid_table.h"

#include <torch/types.h>

#include "roformer/base/error.h"
#include "roformer/rope/angles.h"

namespace roformer::position {

void require_sinusoid_size(std::int64_t size) {
  base::require(size % 2 == 0,
                "[position] expected an even embedding size for sinusoids but got {}", size);
}

torch::Tensor sinusoid_table(const torch::Tensor& positions, std::int64_t size,
                             torch::ScalarType type) {
  require_sinusoid_size(size);
  // Eq. 4 has the angles of the rotation, over the whole width instead of a head.
  const auto angles = rope::angles(positions, size, 10000.0, type);
  return torch::stack({angles.sin, angles.cos}, -1).flatten(1).to(type);
}

torch::Tensor sinusoid_table_in_halves(const torch::Tensor& positions, std::int64_t size,
                                       torch::ScalarType type) {
  const torch::Tensor pairs = sinusoid_table(positions, size, type).unflatten(-1, {size / 2, 2});
  return pairs.transpose(-1, -2).flatten(-2);
}

}  // namespace roformer::position
