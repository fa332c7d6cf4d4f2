#include "roformer/metric/seed_interval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

using Values = std::vector<double>;

// 2, 4, 4, 4, 5, 5, 7, 9: squares of the differences from 5 sum to 32.
TEST(SeedInterval, MeanAndDeviation) {
  const Values values = {2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_DOUBLE_EQ(mean_of(values), 5);
  EXPECT_DOUBLE_EQ(standard_deviation(values), std::sqrt(32.0 / 7));
  EXPECT_DOUBLE_EQ(standard_deviation(Values{3, 3}), 0);
  EXPECT_TRUE(std::isnan(standard_deviation(Values{3})));
  EXPECT_THROW(mean_of(Values{}), Error);
}

// t(0.975, 2) = 4.3027, s = 1, √3 = 1.7321.
TEST(SeedInterval, ThreeSeedsAreFew) {
  const SeedMean mean = seed_mean(Values{1, 2, 3});
  EXPECT_DOUBLE_EQ(mean.mean, 2);
  EXPECT_NEAR(mean.half_width, 4.302652729749464 / std::sqrt(3.0), 1e-12);
  EXPECT_EQ(mean.seeds, 3);
  EXPECT_NEAR(mean.interval()->lower, -0.4841377118, 1e-9);
  EXPECT_NEAR(mean.interval()->upper, 4.4841377118, 1e-9);
  EXPECT_EQ(format_mean(mean, 2), "2.00 ± 2.48");
}

TEST(SeedInterval, OneSeedHasNone) {
  const SeedMean mean = seed_mean(Values{1.25});
  EXPECT_TRUE(std::isnan(mean.half_width));
  EXPECT_FALSE(mean.interval().has_value());
  EXPECT_EQ(format_mean(mean, 3), "1.250");
  EXPECT_EQ(interval_note(1), "");
  EXPECT_EQ(interval_note(3), "mean ± half of its 95 % interval (Student's t), three seeds");
  const SeedDifference difference = paired_difference(Values{2}, Values{1.5});
  EXPECT_TRUE(std::isnan(difference.p_value));
  EXPECT_FALSE(difference.is_told_apart());
  EXPECT_EQ(describe(difference, 2), "lower by 0.50 in one seed, which has no interval");
  EXPECT_EQ(format_difference(difference, 2), "-0.50");
}

// Differences -0.1, -0.2, -0.3: t = 0.2 / (0.1 / √3) = 3.46, p = 0.074 of 2 degrees.
TEST(SeedInterval, ManyStandardErrorsOfThreeSeedsMayBeChance) {
  const auto difference = paired_difference(Values{1.1, 1.7, 2.3}, Values{1.0, 1.5, 2.0});
  EXPECT_NEAR(difference.mean.mean, -0.2, 1e-12);
  EXPECT_NEAR(difference.p_value, 0.07417990022744855, 1e-9);
  EXPECT_FALSE(difference.is_told_apart());
  EXPECT_EQ(describe(difference, 2),
            "not told apart by three seeds: difference -0.20 [-0.45, 0.05], p 0.074");
  EXPECT_EQ(format_difference(difference, 2), "-0.20 ± 0.25, p 0.074");
}

TEST(SeedInterval, WhatIsToldApartHasADirection) {
  const Values low = {1.0, 1.5, 2.0}, high = {1.2, 1.7, 2.21};
  EXPECT_EQ(describe(paired_difference(high, low), 2),
            "lower by 0.20 [0.19, 0.22], p < 0.001, three seeds");
  EXPECT_EQ(describe(paired_difference(low, high), 2),
            "higher by 0.20 [0.19, 0.22], p < 0.001, three seeds");
}

TEST(SeedInterval, AlikeInAllSeeds) {
  EXPECT_EQ(describe(paired_difference(Values{1, 2}, Values{1, 2}), 2), "equal in all two seeds");
  EXPECT_EQ(describe(paired_difference(Values{1}, Values{1}), 2), "equal in one seed");
  EXPECT_EQ(paired_difference(Values{1, 2}, Values{1, 2}).p_value, 1);
  EXPECT_EQ(describe(paired_difference(Values{1, 2}, Values{2, 3}), 1),
            "higher by 1.0 [1.0, 1.0], p < 0.001, two seeds");
}

// The interval holds 0 exactly when p is 0.05 or more.
TEST(SeedInterval, IntervalAndPAgree) {
  for (int i = 0; i < 200; ++i) {
    const Values second = {0.01 * i, 0.5, 1.0, 0.8};
    const auto difference = paired_difference(Values{0, 0, 0, 0}, second);
    const auto interval = *difference.mean.interval();
    EXPECT_EQ(difference.is_told_apart(), interval.lower > 0 || interval.upper < 0) << i;
  }
}

TEST(SeedInterval, CountsInWords) {
  EXPECT_EQ(count_seeds(1), "one seed");
  EXPECT_EQ(count_seeds(12), "twelve seeds");
  EXPECT_EQ(count_seeds(13), "13 seeds");
}

TEST(SeedInterval, PairsMustMatch) {
  EXPECT_THROW(paired_difference(Values{1}, Values{1, 2}), Error);
  EXPECT_THROW(paired_difference(Values{}, Values{}), Error);
}

}  // namespace
}  // namespace roformer::metric
