#include "roformer/metric/correlation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

using Numbers = std::vector<double>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Distances -1, 0, 1 and -4/3, -1/3, 5/3: 3 / √(2 · 42/9).
TEST(Correlation, PearsonByHand) {
  EXPECT_NEAR(pearson_correlation(Numbers{1, 2, 3}, Numbers{1, 2, 4}).value(),
              3 / std::sqrt(2 * 42.0 / 9), 1e-15);
  EXPECT_NEAR(pearson_correlation(Numbers{1, 2}, Numbers{5, 3}).value(), -1, 1e-15);
  EXPECT_NEAR(pearson_correlation(Numbers{-1, 0, 1}, Numbers{1, 0, 1}).value(), 0, 1e-15);
}

TEST(Correlation, PearsonIsAtMostOne) {
  for (int n = 2; n < 50; ++n) {
    Numbers values;
    for (int i = 0; i < n; ++i) values.push_back(std::sqrt(i) / 3);
    EXPECT_LE(pearson_correlation(values, values).value(), 1);
    EXPECT_NEAR(pearson_correlation(values, values).value(), 1, 1e-14);
  }
}

TEST(Correlation, LargeAndSmallNumbers) {
  EXPECT_NEAR(pearson_correlation(Numbers{-5e210, 5e210, 3e200}, Numbers{-5, 5, 0}).value(), 1,
              1e-12);
  EXPECT_NEAR(pearson_correlation(Numbers{1e-200, 2e-200, 4e-200}, Numbers{1, 2, 4}).value(), 1,
              1e-12);
  EXPECT_NEAR(pearson_correlation(Numbers{1e9 + 1, 1e9 + 2, 1e9 + 4}, Numbers{1, 2, 4}).value(), 1,
              1e-12);
  EXPECT_FALSE(pearson_correlation(Numbers{1.5e308, 1.5e308, 0}, Numbers{1, 2, 3}).has_value())
      << "the mean is beyond a double";
}

// The first mean of so many large numbers is off by more than their spread.
TEST(Correlation, ManyNumbersFarFromZero) {
  Numbers far, near;
  for (int i = 0; i < 70000; ++i) {
    far.push_back(1e13 + i % 7);
    near.push_back(i % 7);
  }
  EXPECT_NEAR(pearson_correlation(far, near).value(), 1, 1e-9);
}

// Squares of the ranks' differences are 1, 1, 0: 1 - 6 · 2 / (3 · 8).
TEST(Correlation, SpearmanByHand) {
  EXPECT_NEAR(spearman_correlation(Numbers{10, 20, 900}, Numbers{2, 1, 3}).value(), 0.5, 1e-15);
  EXPECT_NEAR(spearman_correlation(Numbers{1, 2, 3}, Numbers{1, 8, 1e300}).value(), 1, 1e-15);
}

// Ranks 1.5, 1.5, 3 and 1, 2, 3: 1.5 / √(1.5 · 2).
TEST(Correlation, SpearmanOfTies) {
  EXPECT_NEAR(spearman_correlation(Numbers{7, 7, 9}, Numbers{1, 2, 3}).value(),
              1.5 / std::sqrt(3.0), 1e-15);
}

TEST(Correlation, RanksOfTiesAreAveraged) {
  EXPECT_EQ(average_ranks(Numbers{30, 10, 20, 10, 30, 30}), (Numbers{5, 1.5, 3, 1.5, 5, 5}));
  EXPECT_EQ(average_ranks(Numbers{4, 4, 4}), (Numbers{2, 2, 2}));
  EXPECT_EQ(average_ranks(Numbers{0.0, -0.0}), (Numbers{1.5, 1.5}));
  EXPECT_EQ(average_ranks(Numbers{1}), Numbers{1});
  EXPECT_TRUE(average_ranks(Numbers{}).empty());
}

// The mean of three 0.1 is not 0.1, so their distances from it would not be 0.
TEST(Correlation, ThereIsNoneOfConstants) {
  const Numbers constant = {0.1, 0.1, 0.1}, others = {1, 2, 3};
  EXPECT_FALSE(pearson_correlation(constant, others).has_value());
  EXPECT_FALSE(pearson_correlation(others, constant).has_value());
  EXPECT_FALSE(spearman_correlation(constant, others).has_value());
  EXPECT_FALSE(spearman_correlation(others, constant).has_value());
  EXPECT_FALSE(pearson_correlation(constant, constant).has_value());
}

TEST(Correlation, ThereIsNoneOfFewerThanTwo) {
  EXPECT_FALSE(pearson_correlation(Numbers{1}, Numbers{2}).has_value());
  EXPECT_FALSE(spearman_correlation(Numbers{1}, Numbers{2}).has_value());
  EXPECT_FALSE(pearson_correlation(Numbers{}, Numbers{}).has_value());
}

TEST(Correlation, MeanSquaredError) {
  EXPECT_DOUBLE_EQ(mean_squared_error(Numbers{1, 2, 3}, Numbers{1, 0, 6}), 13.0 / 3);
  EXPECT_EQ(mean_squared_error(Numbers{4}, Numbers{4}), 0);
  EXPECT_THROW(mean_squared_error(Numbers{}, Numbers{}), Error);
  EXPECT_THROW(mean_squared_error(Numbers{1}, Numbers{1, 2}), Error);
  EXPECT_THROW(mean_squared_error(Numbers{1}, Numbers{std::nan("")}), Error);
}

TEST(Correlation, WhatHasNoPlaceIsRefused) {
  EXPECT_THROW(pearson_correlation(Numbers{1, 2}, Numbers{1}), Error);
  EXPECT_THROW(spearman_correlation(Numbers{1, 2}, Numbers{1, 2, 3}), Error);
  EXPECT_THROW(pearson_correlation(Numbers{1, std::nan("")}, Numbers{1, 2}), Error);
  EXPECT_THROW(spearman_correlation(Numbers{1, 2}, Numbers{1, kInfinity}), Error);
  EXPECT_THROW(average_ranks(Numbers{std::nan("")}), Error);
}

}  // namespace
}  // namespace roformer::metric
