#include "roformer/metric/paired_randomisation.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace roformer::metric {
namespace {

// The sum of the lines' points.
struct Sum {
  double points = 0;
  Sum& operator+=(const Sum& other) {
    points += other.points;
    return *this;
  }
};

double sum_of_points(const Sum& sum) {
  return sum.points;
}

// Three lines that all favour one: of the 8 ways to exchange them 2 have a difference as large.
TEST(PairedRandomisation, IsTheShareOfExchanges) {
  const std::vector<Sum> baseline = {{0}, {0}, {0}}, system = {{1}, {1}, {1}};
  EXPECT_NEAR(paired_randomisation(baseline, system, sum_of_points, {20'000, 1}), 0.25, 0.01);
  EXPECT_NEAR(paired_randomisation(system, baseline, sum_of_points, {20'000, 1}), 0.25, 0.01);
}

TEST(PairedRandomisation, TheSameSystemIsLikeItself) {
  const std::vector<Sum> lines = {{1}, {2}, {3}};
  EXPECT_EQ(paired_randomisation(lines, lines, sum_of_points, {99, 1}), 1);
}

TEST(PairedRandomisation, ACertainDifferenceHasTheLeastP) {
  const std::vector<Sum> baseline(60), system(60, {1});
  EXPECT_DOUBLE_EQ(paired_randomisation(baseline, system, sum_of_points, {99, 1}), 0.01);
}

TEST(PairedRandomisation, CoinsAreFairAndSeeded) {
  const auto coins = draw_exchanges({1, 7}, 3, 10'000);
  EXPECT_NEAR(static_cast<double>(std::count(coins.begin(), coins.end(), true)), 5000, 200);
  EXPECT_EQ(coins, draw_exchanges({99, 7}, 3, 10'000));
  EXPECT_NE(coins, draw_exchanges({1, 8}, 3, 10'000));
  EXPECT_NE(coins, draw_exchanges({1, 7}, 4, 10'000));
}

TEST(PairedRandomisation, BadInputIsRefused) {
  const std::vector<Sum> two(2), three(3);
  EXPECT_THROW(paired_randomisation(two, three, sum_of_points), Error);
  EXPECT_THROW(paired_randomisation(two, two, sum_of_points, {0, 1}), Error);
}

}  // namespace
}  // namespace roformer::metric
