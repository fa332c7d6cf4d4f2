#include "roformer/rope/angles.h"

#include <torch/torch.h>

#include "roformer/base/error.h"

namespace roformer::rope {
namespace {

Angles angles_of_rows(const torch::Tensor& positions, std::int64_t rotary_dim, double base,
                      torch::ScalarType type) {
  const auto product = positions.to(torch::kFloat64).unsqueeze(1) *
                       inverse_frequencies(rotary_dim, base).to(positions.device()).unsqueeze(0);
  return {product.cos().to(type), product.sin().to(type)};
}

}  // namespace

torch::Tensor inverse_frequencies(std::int64_t rotary_dim, double base) {
  base::require(rotary_dim >= 2 && rotary_dim % 2 == 0,
                "[rope] expected an even number of rotated dimensions but got {}", rotary_dim);
  base::require(base > 0, "[rope] expected a positive base but got {}", base);
  const auto exponents =
      torch::arange(0, rotary_dim, 2, torch::kFloat64) / -static_cast<double>(rotary_dim);
  return torch::pow(torch::full({}, base, torch::kFloat64), exponents);
}

Angles angles(const torch::Tensor& position_ids, std::int64_t rotary_dim, double base,
              torch::ScalarType type) {
  base::require(position_ids.dim() == 1,
                "[rope] expected position_ids of shape (N) but got {} dimensions",
                position_ids.dim());
  const torch::NoGradGuard no_gradient;
  const auto kept = type == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  const bool integral = !position_ids.is_floating_point();
  // Packed sequences repeat the same few positions: compute each once, then gather rows. Same
  // numbers, far fewer sines.
  if (integral && position_ids.numel() > 0 && position_ids.device().is_cpu()) {
    const auto [low, high] = torch::aminmax(position_ids);
    const auto first = low.item<std::int64_t>(), last = high.item<std::int64_t>();
    if (last - first < position_ids.numel() / 2) {
      const auto table = angles_of_rows(torch::arange(first, last + 1), rotary_dim, base, kept);
      const auto rows = position_ids.to(torch::kInt64) - first;
      return {table.cos.index_select(0, rows), table.sin.index_select(0, rows)};
    }
  }
  return angles_of_rows(position_ids, rotary_dim, base, kept);
}

}  // namespace roformer::rope
