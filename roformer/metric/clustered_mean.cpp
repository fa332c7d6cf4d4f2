#include "roformer/metric/clustered_mean.h"

#include <cmath>
#include <limits>
#include <unordered_map>

#include "roformer/base/error.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/metric/student_t.h"

namespace roformer::metric {

std::optional<Interval> ClusteredMean::interval() const {
  if (std::isnan(standard_error)) return std::nullopt;
  constexpr double upper = 0.975;
  const double half = student_t_quantile(upper, static_cast<double>(clusters - 1)) * standard_error;
  return Interval{mean - half, mean + half};
}

ClusteredMean clustered_mean(std::span<const double> values,
                             std::span<const std::uint64_t> clusters) {
  base::require(!values.empty() && values.size() == clusters.size(),
                "[metric] expected a cluster for each of one or more values but got {} for {}",
                clusters.size(), values.size());
  ClusteredMean result{.mean = mean_of(values)};
  std::unordered_map<std::uint64_t, double> sums;
  for (std::size_t i = 0; i < values.size(); ++i) sums[clusters[i]] += values[i] - result.mean;
  result.clusters = std::ssize(sums);
  double squares = 0;
  for (const auto& [cluster, sum] : sums) squares += sum * sum;
  const auto count = static_cast<double>(result.clusters);
  if (result.clusters < 2) {
    result.standard_error = result.p_value = std::numeric_limits<double>::quiet_NaN();
    return result;
  }
  result.standard_error =
      std::sqrt(count / (count - 1) * squares) / static_cast<double>(values.size());
  if (result.standard_error > 0)
    result.p_value = student_t_two_sided_p(result.mean / result.standard_error, count - 1);
  else
    result.p_value = result.mean == 0 ? 1 : 0;
  return result;
}

}  // namespace roformer::metric
