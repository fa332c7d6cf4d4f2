#include "roformer/rope/xpos.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"

namespace roformer::rope {
namespace {

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

XposAngles xpos_angles(const Angles& plain, const torch::Tensor& position_ids, double scale_base,
                       double centre) {
  base::require(scale_base > 0, "[rope] expected xPos' scale base > 0 but got {}", scale_base);
  const torch::NoGradGuard no_gradient;
  require_range(position_ids, scale_base, centre);
  const auto exponents = (position_ids.to(torch::kFloat64) - centre) / scale_base;
  const auto logarithms =
      exponents.unsqueeze(1) * log_zeta(plain.cos.size(1)).to(position_ids.device());
  const auto type = plain.cos.scalar_type();
  const auto query = logarithms.exp().to(type), key = (-logarithms).exp().to(type);
  return {{plain.cos * query, plain.sin * query}, {plain.cos * key, plain.sin * key}};
}

}  // namespace roformer::rope
