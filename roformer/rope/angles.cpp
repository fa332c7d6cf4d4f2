#include "roformer/rope/angles.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"

namespace roformer::rope {
namespace {

Angles angles_of_rows(const torch::Tensor& positions, const Frequencies& frequencies,
                      torch::ScalarType type) {
  const auto inverse = torch::tensor(frequencies.inverse, torch::kFloat64).to(positions.device());
  const auto product = positions.to(torch::kFloat64).unsqueeze(1) * inverse.unsqueeze(0);
  if (frequencies.attention_factor == 1) return {product.cos().to(type), product.sin().to(type)};
  return {(product.cos() * frequencies.attention_factor).to(type),
          (product.sin() * frequencies.attention_factor).to(type)};
}

constexpr double kLargestLogarithm = 80;  // e^80 is within float32 with room for the query itself

// ln ζ_i, (R / 2) float64.
torch::Tensor log_zeta(std::int64_t pairs) {
  const auto size = 2 * static_cast<double>(pairs);
  return ((2 * torch::arange(pairs, torch::kFloat64) + 0.4 * size) / (1.4 * size)).log();
}

void require_range(const torch::Tensor& position_ids, double scale_base, double centre) {
  if (position_ids.numel() == 0) return;
  const double reach = kLargestLogarithm / std::log(1.4 / 0.4) * scale_base;
  const auto [low, high] = torch::aminmax(position_ids);
  const double first = low.to(torch::kFloat64).item<double>(),
               last = high.to(torch::kFloat64).item<double>();
  base::require(first >= centre - reach && last <= centre + reach,
                "[rope] expected positions within {:.0f} of xPos' centre {:.0f}, beyond which its "
                "powers leave the range of float32, but got {:.0f}",
                reach, centre, last > centre + reach ? last : first);
}

}  // namespace

Angles angles(const torch::Tensor& position_ids, const Frequencies& frequencies,
              torch::ScalarType type) {
  base::require(position_ids.dim() == 1,
                "[rope] expected position_ids (tokens), one axis, but got {} axes",
                position_ids.dim());
  const auto kept = type == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  const bool integral = !position_ids.is_floating_point();
  // Packed sequences repeat the same few positions: compute each once, then gather rows. Same
  // numbers, far fewer sines.
  if (integral && position_ids.numel() > 0 && position_ids.device().is_cpu()) {
    const auto [low, high] = torch::aminmax(position_ids);
    const auto first = low.item<std::int64_t>(), last = high.item<std::int64_t>();
    if (last - first < position_ids.numel() / 2) {
      const auto table = angles_of_rows(torch::arange(first, last + 1), frequencies, kept);
      const auto rows = position_ids.to(torch::kInt64) - first;
      return {table.cos.index_select(0, rows), table.sin.index_select(0, rows)};
    }
  }
  return angles_of_rows(position_ids, frequencies, kept);
}

Angles angles(const torch::Tensor& position_ids, std::int64_t rotary_dim, double base,
              torch::ScalarType type) {
  return angles(position_ids, Frequencies{plain_frequencies(rotary_dim, base)}, type);
}

XposAngles xpos_angles(const Angles& plain, const torch::Tensor& position_ids, double scale_base,
                       double centre) {
  base::require(scale_base > 0, "[rope] expected xPos' scale base > 0 but got {}", scale_base);
  require_range(position_ids.detach(), scale_base, centre);
  const auto exponents = (position_ids.to(torch::kFloat64) - centre) / scale_base;
  const auto logarithms =
      exponents.unsqueeze(1) * log_zeta(plain.cos.size(1)).to(position_ids.device());
  const auto type = plain.cos.scalar_type();
  const auto query = logarithms.exp().to(type), key = (-logarithms).exp().to(type);
  return {{plain.cos * query, plain.sin * query}, {plain.cos * key, plain.sin * key}};
}

}  // namespace roformer::rope
