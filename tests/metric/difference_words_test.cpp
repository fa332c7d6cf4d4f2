#include "roformer/metric/difference_words.h"

#include <gtest/gtest.h>

namespace roformer::metric {
namespace {

TEST(DifferenceWords, Numbers) {
  EXPECT_EQ(format_signed(0.123, 2), "+0.12");
  EXPECT_EQ(format_signed(-0.126, 2), "-0.13");
  EXPECT_EQ(format_signed(-0.001, 2), "0.00") << "no sign of nothing";
  EXPECT_EQ(format_signed(0.001, 2), "0.00");
  EXPECT_EQ(format_interval({-0.001, 0.25}, 2), "[0.00, 0.25]");
}

TEST(DifferenceWords, SmallProbabilities) {
  EXPECT_EQ(format_p(0.0009), "p < 0.001");
  EXPECT_EQ(format_p(0.0123), "p 0.012");
  EXPECT_EQ(format_p(0.5), "p 0.5");
  EXPECT_EQ(format_resampled_p(1.0 / 1001, 1000), "p < 0.001");
  EXPECT_EQ(format_resampled_p(1.0 / 51, 50), "p ≤ 0.02");
  EXPECT_EQ(format_resampled_p(2.0 / 51, 50), "p 0.039");
}

TEST(DifferenceWords, Distances) {
  EXPECT_EQ(describe_distance(-0.12, Interval{-0.19, -0.05}, 2), "lower by 0.12 [0.05, 0.19]");
  EXPECT_EQ(describe_distance(0.5, Interval{0.25, 0.75}, 1), "higher by 0.5 [0.2, 0.8]");
  EXPECT_EQ(describe_distance(0.5, std::nullopt, 1), "higher by 0.5");
}

}  // namespace
}  // namespace roformer::metric
