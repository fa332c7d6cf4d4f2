#include "roformer/position/tables.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "roformer/base/error.h"

namespace roformer::position {
namespace {

// Eq. 4 for positions of any sign, pairs side by side and in halves.
TEST(SinusoidTable, IsEquation4) {
  const auto positions = torch::tensor({-3, 0, 1000});
  const auto pairs = sinusoid_table(positions, 6, torch::kFloat64),
             halves = sinusoid_table_in_halves(positions, 6, torch::kFloat64);
  for (int row = 0; row < 3; ++row) {
    for (int t = 0; t < 3; ++t) {
      const double angle = positions[row].item<double>() / std::pow(10000.0, 2.0 * t / 6);
      EXPECT_NEAR(pairs[row][2 * t].item<double>(), std::sin(angle), 1e-12);
      EXPECT_NEAR(pairs[row][2 * t + 1].item<double>(), std::cos(angle), 1e-12);
      EXPECT_EQ(halves[row][t].item<double>(), pairs[row][2 * t].item<double>());
      EXPECT_EQ(halves[row][3 + t].item<double>(), pairs[row][2 * t + 1].item<double>());
    }
  }
}

TEST(SinusoidTable, LatePositionsAreAsExactInFloat32) {
  const auto late = torch::tensor({1 << 20});
  const auto table = sinusoid_table(late, 4, torch::kFloat32);
  EXPECT_EQ(table.scalar_type(), torch::kFloat32);
  EXPECT_NEAR(table[0][0].item<double>(), std::sin(1048576.0), 1e-7);
  EXPECT_THROW(sinusoid_table(late, 5, torch::kFloat32), Error);
}

}  // namespace
}  // namespace roformer::position
