#include "roformer/position/trajectory.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "tests/packed/second_gradients.h"

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

std::vector<torch::Tensor> random_flow(std::int64_t rows, std::int64_t size) {
  torch::manual_seed(3);
  const auto draw = [](std::vector<std::int64_t> shape) {
    return torch::randn(shape, torch::kFloat64) * 0.5;
  };
  return {draw({size, size + 1}), draw({size}), draw({size, size + 1}), draw({size}),
          draw({rows, size})};
}

torch::Tensor curve_of(const std::vector<torch::Tensor>& x, std::int64_t length) {
  return integrate_trajectory({x[0], x[1], x[2], x[3]}, x[4], length, 0.1);
}

TEST(Trajectory, SecondGradientsByFiniteDifferences) {
  auto inputs = random_flow(2, 3);
  std::vector<torch::Tensor> directions;
  for (auto& input : inputs) {
    input.set_requires_grad(true);
    directions.push_back(torch::randn_like(input).detach());
  }
  const auto penalty = [&](double moved) {
    std::vector<torch::Tensor> at;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      at.push_back((inputs[i].detach() + moved * directions[i]).set_requires_grad(true));
    double sum = 0;
    const auto y = curve_of(at, 5);
    for (const auto& gradient : torch::autograd::grad({(y + y.square()).sum()}, at))
      sum += gradient.square().sum().item<double>();
    return sum;
  };
  const auto y = curve_of(inputs, 5);
  const auto first =
      torch::autograd::grad({(y + y.square()).sum()}, inputs, {}, true, /*create_graph=*/true);
  auto sum = torch::zeros({}, torch::kFloat64);
  for (const auto& gradient : first) sum = sum + gradient.square().sum();
  const auto second = torch::autograd::grad({sum}, inputs);
  double along = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    along += (second[i] * directions[i]).sum().item<double>();
  const double difference = (penalty(1e-6) - penalty(-1e-6)) / 2e-6;
  EXPECT_NEAR(along, difference, 1e-6 * std::abs(along));
}

// A step of bfloat16 is below its last place.
TEST(Trajectory, HalfTypesAreIntegratedInFloat32) {
  auto half = random_flow(2, 3);
  for (auto& input : half) input = input.to(torch::kBFloat16);
  auto exact = half;
  for (auto& input : exact) input = input.to(torch::kFloat64);
  const auto curve = curve_of(half, 60), expected = curve_of(exact, 60);
  EXPECT_EQ(curve.scalar_type(), torch::kFloat32);
  EXPECT_LE(packed::relative_gap(curve, expected), 1e-5);
}

TEST(Trajectory, NoPositionsNoPoints) {
  const auto initial = torch::tensor({{2.0}}, torch::kFloat64);
  EXPECT_EQ(integrate_trajectory(growth(), initial, 0, 0.2).sizes(), (torch::IntArrayRef{1, 0, 1}));
  EXPECT_EQ(continue_trajectory(growth(), initial, 3, 0, 0.2).sizes(),
            (torch::IntArrayRef{1, 0, 1}));
}

}  // namespace
}  // namespace roformer::position
