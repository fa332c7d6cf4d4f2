// Means of values that come in clusters: those of one cluster are alike for a reason of their own
// (questions about one document), so that they count for less than as many apart.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "roformer/metric/difference_words.h"

namespace roformer::metric {

struct ClusteredMean {
  double mean = 0;
  double standard_error = 0;  // NaN for one cluster
  std::int64_t clusters = 0;
  double p_value = 1;  // two-sided, that the mean is 0 (t with clusters − 1); NaN for one cluster

  /// The 95 % interval; none for one cluster.
  std::optional<Interval> interval() const;
};

/// The mean of the values, and its error by the sums of what is left in each cluster (Liang and
/// Zeger 1986): √(C/(C − 1) Σ_c (Σ_{i∈c} (x_i − mean))²) / n. Value i is of cluster `clusters[i]`.
/// Throws Error for no value, or other than one cluster a value.
ClusteredMean clustered_mean(std::span<const double> values,
                             std::span<const std::uint64_t> clusters);

}  // namespace roformer::metric
