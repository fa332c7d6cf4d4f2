#include "roformer/position/trajectory.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

namespace roformer::position {
namespace {

// h(t, p) = relu(p) − 0 · t: p grows as e^t, whatever the steps are cut into.
Flow growth() {
  const auto product = torch::tensor({{1.0, 0.0}}, torch::kFloat64);
  const auto zero = torch::zeros({1}, torch::kFloat64);
  return {product, zero, product, zero};
}

TEST(Trajectory, FollowsTheSolutionOfItsEquation) {
  const auto initial = torch::tensor({{2.0}}, torch::kFloat64);
  const auto curve = integrate_trajectory(growth(), initial, 11, 0.2);
  for (int i = 0; i < 11; ++i)
    EXPECT_NEAR(curve[0][i][0].item<double>(), 2 * std::exp(0.2 * i), 1e-5) << i;
  const auto rest = continue_trajectory(growth(), curve.select(1, 4), 4, 6, 0.2);
  EXPECT_LE((rest - curve.slice(1, 5)).abs().max().item<double>(), 1e-12);
}

// h = t: p(t) = p(0) + t² / 2, so the time of each position counts.
TEST(Trajectory, KnowsTheTime) {
  const auto none = torch::zeros({1, 2}, torch::kFloat64);
  const auto time = torch::tensor({{0.0, 1.0}}, torch::kFloat64);
  const auto zero = torch::zeros({1}, torch::kFloat64);
  const auto curve =
      integrate_trajectory({none, zero, time, zero}, torch::ones({1, 1}, torch::kFloat64), 5, 0.5);
  for (int i = 0; i < 5; ++i)
    EXPECT_NEAR(curve[0][i][0].item<double>(), 1 + 0.125 * i * i, 1e-12) << i;
}

TEST(Trajectory, NoPositionsNoPoints) {
  const auto initial = torch::tensor({{2.0}}, torch::kFloat64);
  EXPECT_EQ(integrate_trajectory(growth(), initial, 0, 0.2).sizes(), (torch::IntArrayRef{1, 0, 1}));
  EXPECT_EQ(continue_trajectory(growth(), initial, 3, 0, 0.2).sizes(),
            (torch::IntArrayRef{1, 0, 1}));
}

}  // namespace
}  // namespace roformer::position
