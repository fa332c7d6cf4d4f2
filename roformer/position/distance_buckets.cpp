#include "roformer/position/distance_buckets.h"

#include <torch/types.h>

#include <cmath>

namespace roformer::position {
namespace {

using torch::Tensor;

// `distance` >= 0: half of the buckets exact, the others logarithmic up to max_distance. In float32,
// as the published code has it, so that distances at a border fall as they do there.
Tensor one_side(const Tensor& distance, std::int64_t buckets, std::int64_t max_distance) {
  const std::int64_t exact = buckets / 2;
  const auto scale = static_cast<double>(buckets - exact);
  const double logarithm = std::log(static_cast<double>(max_distance) / static_cast<double>(exact));
  const Tensor ratio = distance.clamp_min(1).to(torch::kFloat32) / static_cast<double>(exact);
  const Tensor large = (ratio.log() / logarithm * scale).to(torch::kInt64) + exact;
  return torch::where(distance < exact, distance, large.clamp_max(buckets - 1));
}

}  // namespace

Tensor t5_two_sided_buckets(const Tensor& n_minus_m, std::int64_t buckets,
                            std::int64_t max_distance) {
  const std::int64_t side = buckets / 2;
  return one_side(n_minus_m.abs(), side, max_distance) + (n_minus_m > 0).to(torch::kInt64) * side;
}

Tensor t5_causal_buckets(const Tensor& n_minus_m, std::int64_t buckets, std::int64_t max_distance) {
  return one_side((-n_minus_m).clamp_min(0), buckets, max_distance);
}

Tensor deberta_log_buckets(const Tensor& m_minus_n, std::int64_t buckets,
                           std::int64_t max_distance) {
  const std::int64_t middle = buckets / 2;
  const Tensor distance = m_minus_n.abs();
  const Tensor ratio = distance.clamp_min(middle).to(torch::kFloat32) / static_cast<double>(middle);
  const Tensor logarithm =
      torch::tensor(static_cast<double>(max_distance - 1) / static_cast<double>(middle),
                    torch::TensorOptions(torch::kFloat32).device(distance.device()))
          .log();
  const Tensor steps = (ratio.log() / logarithm * static_cast<double>(middle - 1)).ceil();
  const Tensor large = steps.to(torch::kInt64) + middle;
  return torch::where(distance <= middle, m_minus_n, large * m_minus_n.sign());
}

}  // namespace roformer::position
