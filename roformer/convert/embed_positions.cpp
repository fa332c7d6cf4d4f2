#include "roformer/convert/embed_positions.h"

#include <ATen/Functions.h>

namespace roformer::convert {

torch::Tensor embed_positions_table(std::int64_t positions, std::int64_t head_size) {
  constexpr double kBase = 10000.0;
  const torch::Tensor columns = torch::arange(head_size, torch::kDouble);
  // Columns 2i and 2i + 1 have the same angle; the even ones are sines.
  const torch::Tensor exponents = columns.div(2, "floor").mul(2.0 / static_cast<double>(head_size));
  const torch::Tensor angles = torch::arange(positions, torch::kDouble).unsqueeze(1) /
                               torch::pow(kBase, exponents).unsqueeze(0);
  const torch::Tensor sines = angles.slice(1, 0, head_size, 2).sin();
  const torch::Tensor cosines = angles.slice(1, 1, head_size, 2).cos();
  return torch::cat({sines, cosines}, 1).to(torch::kFloat);
}

}  // namespace roformer::convert
