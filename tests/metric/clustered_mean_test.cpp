#include "roformer/metric/clustered_mean.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/metric/seed_interval.h"

namespace roformer::metric {
namespace {

using Clusters = std::vector<std::uint64_t>;

// statsmodels 0.14: OLS(x, ones).fit(cov_type="cluster", cov_kwds={"groups": g, "df_correction":
// True}, use_t=True), whose factor is C/(C−1) · (n−1)/(n−1).
TEST(ClusteredMean, EqualsStatsmodels) {
  const std::vector<double> values{1, 0, 1, 1, 0, 1, 0, 0, 1, 1};
  const Clusters clusters{1, 1, 1, 2, 2, 3, 3, 4, 4, 4};
  const ClusteredMean mean = clustered_mean(values, clusters);
  EXPECT_DOUBLE_EQ(mean.mean, 0.6);
  EXPECT_EQ(mean.clusters, 4);
  // Σ of what is left: 0.2, −0.2, −0.2, 0.2.
  EXPECT_NEAR(mean.standard_error, std::sqrt(4.0 / 3 * 0.16) / 10, 1e-12);
}

TEST(ClusteredMean, OfSingleValuesIsThatOfSeeds) {
  const std::vector<double> values{0.3, 0.7, 0.4, 1.1};
  const ClusteredMean mean = clustered_mean(values, Clusters{1, 2, 3, 4});
  const SeedMean seeds = seed_mean(values);
  EXPECT_NEAR(mean.interval()->upper - mean.mean, seeds.half_width, 1e-12);
  const SeedDifference difference = paired_difference(std::vector<double>(4), values);
  EXPECT_NEAR(mean.p_value, difference.p_value, 1e-12);
}

// Each value twice says no more than once.
TEST(ClusteredMean, RepeatedValuesTellNothingMore) {
  const std::vector<double> once{0.3, 0.7, 0.4, 1.1}, twice{0.3, 0.3, 0.7, 0.7, 0.4, 0.4, 1.1, 1.1};
  EXPECT_NEAR(clustered_mean(once, Clusters{1, 2, 3, 4}).standard_error,
              clustered_mean(twice, Clusters{1, 1, 2, 2, 3, 3, 4, 4}).standard_error, 1e-12);
}

TEST(ClusteredMean, OneClusterHasNoError) {
  const ClusteredMean mean = clustered_mean(std::vector<double>{1, 2}, Clusters{5, 5});
  EXPECT_FALSE(mean.interval().has_value());
  EXPECT_TRUE(std::isnan(mean.p_value));
  EXPECT_EQ(clustered_mean(std::vector<double>{0, 0}, Clusters{5, 6}).p_value, 1);
  EXPECT_THROW(clustered_mean({}, {}), Error);
  EXPECT_THROW(clustered_mean(std::vector<double>{1}, {}), Error);
}

}  // namespace
}  // namespace roformer::metric
