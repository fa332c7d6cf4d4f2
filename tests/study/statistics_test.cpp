#include "roformer/study/learning_curve.h"

#include <gtest/gtest.h>

#include <cmath>

namespace roformer::study {
namespace {

// 2, 4, 4, 4, 5, 5, 7, 9: squares of the differences from 5 sum to 32.
TEST(Statistics, MeanDeviationAndError) {
  const std::vector<double> values = {2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_DOUBLE_EQ(mean_of(values), 5);
  EXPECT_DOUBLE_EQ(standard_deviation(values), std::sqrt(32.0 / 7));
  EXPECT_DOUBLE_EQ(standard_error(values), std::sqrt(32.0 / 7 / 8));
  EXPECT_DOUBLE_EQ(standard_deviation({3, 3}), 0);
}

TEST(Statistics, OneValueHasNoDeviation) {
  EXPECT_DOUBLE_EQ(mean_of({3}), 3);
  EXPECT_TRUE(std::isnan(standard_deviation({3})));
  EXPECT_TRUE(std::isnan(standard_error({3})));
}

}  // namespace
}  // namespace roformer::study
