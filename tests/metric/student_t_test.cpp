#include "roformer/metric/student_t.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

// Numbers of scipy.stats.t.ppf(0.975, n).
TEST(StudentT, QuantilesOfTheTables) {
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.706204736174698, 1e-11);
  EXPECT_NEAR(student_t_quantile(0.975, 2), 4.302652729749464, 1e-12);
  EXPECT_NEAR(student_t_quantile(0.975, 9), 2.262157162798205, 1e-12);
  EXPECT_NEAR(student_t_quantile(0.025, 2), -4.302652729749464, 1e-12);
  EXPECT_EQ(student_t_quantile(0.5, 3), 0);
}

// One degree is Cauchy's distribution, two have a closed form.
TEST(StudentT, TwoSidedProbabilities) {
  for (const double t : {-3.0, 0.0, 0.1, 2.9, 40.0}) {
    EXPECT_NEAR(student_t_two_sided_p(t, 1), 1 - 2 * std::atan(std::abs(t)) / std::numbers::pi,
                1e-14);
    EXPECT_NEAR(student_t_two_sided_p(t, 2), 1 - std::abs(t) / std::sqrt(2 + t * t), 1e-14);
  }
  EXPECT_EQ(student_t_two_sided_p(std::numeric_limits<double>::infinity(), 2), 0);
  EXPECT_GT(student_t_two_sided_p(2.9, 2), 0.1) << "three seeds, 2.9 standard errors";
}

TEST(StudentT, WhatHasNoAnswerIsRefused) {
  EXPECT_THROW(student_t_quantile(1, 2), Error);
  EXPECT_THROW(student_t_quantile(0, 2), Error);
  EXPECT_THROW(student_t_quantile(0.5, 0), Error);
  EXPECT_THROW(student_t_two_sided_p(1, 0), Error);
  EXPECT_THROW(student_t_two_sided_p(std::nan(""), 1), Error);
}

}  // namespace
}  // namespace roformer::metric
