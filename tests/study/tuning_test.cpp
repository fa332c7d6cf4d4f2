#include "roformer/study/tuning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

constexpr double kNoLoss = std::numeric_limits<double>::quiet_NaN();

TEST(TuningTest, RatesAroundTheRecipesOwn) {
  EXPECT_EQ(rates_around(0.002), (std::vector<double>{0.001, 0.002, 0.004, 0.008}));
  for (const double rate : {1e-5, 3e-4, 2e-3, 1.0}) {
    const auto rates = rates_around(rate);
    EXPECT_NE(std::find(rates.begin(), rates.end(), rate), rates.end()) << rate;
    EXPECT_TRUE(std::is_sorted(rates.begin(), rates.end())) << rate;
  }
}

TEST(TuningTest, TheLowestValidationLossIsChosen) {
  const Tuning tuning = choose_rate({{0.001, 3}, {0.002, 2}, {0.004, 2.5}}, "A");
  EXPECT_EQ(tuning.rate(), 0.002);
  EXPECT_EQ(tuning.chosen, 1u);
  EXPECT_FALSE(tuning.is_at_edge());
}

TEST(TuningTest, RatesAscendHoweverTheyWereTried) {
  const Tuning tuning = choose_rate({{0.004, 1}, {0.001, 3}, {0.002, 2}}, "A");
  ASSERT_EQ(tuning.tried.size(), 3u);
  EXPECT_EQ(tuning.tried.front().rate, 0.001);
  EXPECT_EQ(tuning.rate(), 0.004);
  EXPECT_TRUE(tuning.is_at_edge());
  EXPECT_TRUE(choose_rate({{0.001, 1}, {0.002, 2}}, "A").is_at_edge());
}

TEST(TuningTest, OfEqualLossesTheLowerRateIsChosen) {
  EXPECT_EQ(choose_rate({{0.002, 2}, {0.001, 2}, {0.004, 2}}, "A").rate(), 0.001);
}

TEST(TuningTest, WhatDivergedIsNeverChosen) {
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(choose_rate({{0.001, kNoLoss}, {0.002, 9}, {0.004, infinite}}, "A").rate(), 0.002);
  EXPECT_EQ(choose_rate({{0.001, -infinite}, {0.002, 9}}, "A").rate(), 0.002);
  EXPECT_EQ(choose_rate({{0.001, 9}, {0.002, kNoLoss}}, "A").rate(), 0.001);
}

TEST(TuningTest, WhereAllDivergedTheModelIsNamed) {
  const auto message = tests::error_message([] {
    choose_rate({{0.001, kNoLoss}, {0.002, kNoLoss}}, "sinusoids");
  });
  EXPECT_TRUE(tests::has_text(message, "sinusoids")) << message;
  EXPECT_TRUE(tests::has_text(message, "all 2 of them")) << message;
}

// As a recipe and the name of a folder have it.
TEST(TuningTest, RatesHaveNoIdleDigits) {
  EXPECT_EQ(format_rate(0.001), "0.001");
  EXPECT_EQ(format_rate(0.002 * 4), "0.008");
  EXPECT_EQ(format_rate(5e-5), "5e-05");
  EXPECT_EQ(format_rate(1), "1");
}

}  // namespace
}  // namespace roformer::study
