// Eq. 15 written out: 2 × 2 rotations along the diagonal.
#include <torch/types.h>

#include "roformer/rope/rotation.h"

namespace roformer::rope {

torch::Tensor rotation_matrix(std::int64_t position, std::int64_t head_size, double base) {
  const auto frequencies = inverse_frequencies(head_size, base);
  auto matrix = torch::zeros({head_size, head_size}, torch::kFloat64);
  auto entries = matrix.accessor<double, 2>();
  for (std::int64_t i = 0; i < head_size / 2; ++i) {
    const double angle = static_cast<double>(position) * frequencies[i].item<double>();
    entries[2 * i][2 * i] = entries[2 * i + 1][2 * i + 1] = std::cos(angle);
    entries[2 * i][2 * i + 1] = -std::sin(angle);
    entries[2 * i + 1][2 * i] = std::sin(angle);
  }
  return matrix;
}

}  // namespace roformer::rope
