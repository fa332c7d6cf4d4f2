#include "roformer/position/floater.h"

#include "roformer/base/error.h"
#include "roformer/position/trajectory.h"
#include "tests/position/drawn_encoding.h"
#include "tests/position/golden.h"

namespace roformer::position {
namespace {

EncodingOptions floater_options() {
  auto options = golden_options("floater", 2, 4);
  options.num_layers = 2;
  options.settings.floater_refresh = 3;
  options.settings.floater_step = 0.1;
  return options;
}

// What is added to queries of layer 1, (T, 8).
torch::Tensor added(PositionEncoding& encoding, std::int64_t length) {
  const auto positions = encoding.prepare(torch::arange(length), torch::kFloat32);
  return encoding.transform(torch::zeros({length, 2, 4}), positions, Role::query, 1).flatten(1);
}

TEST(Floater, ServesHalfTypes) {
  const auto encoding = drawn_encoding(floater_options(), 0.5);
  encoding->to(torch::kBFloat16);
  encoding->eval();
  const torch::NoGradGuard no_gradient;
  const auto of_type = [&](torch::ScalarType type) {
    encoding->to(type);
    const auto positions = encoding->prepare(torch::arange(50), type);
    const auto x = encoding->transform(torch::zeros({50, 2, 4}).to(type), positions, Role::key, 1);
    EXPECT_EQ(x.scalar_type(), type);
    return x.to(torch::kFloat64);
  };
  const auto half = of_type(torch::kBFloat16), exact = of_type(torch::kFloat64);
  EXPECT_LE(((half - exact).norm() / exact.norm()).item<double>(), 3e-3);
}

void move_parameters(PositionEncoding& encoding) {
  const torch::NoGradGuard no_gradient;
  for (torch::Tensor& parameter : encoding.parameters()) parameter.add_(0.1);
}

TEST(Trajectory, GoldenCurveAndItsContinuation) {
  const Flow flow{gen({2, 3}, 3, 1), gen({2}, 2, 2), gen({2, 3}, 5, 3), gen({2}, 3, 5)};
  const auto initial = gen({2}, 4, 6).unsqueeze(0);
  const auto expected = numbers(golden("floater").at("trajectory"));
  const auto curve = integrate_trajectory(flow, initial, 6, 0.1);
  expect_golden(curve[0], expected, 1e-5);
  const auto rest = continue_trajectory(flow, curve.select(1, 2), 2, 3, 0.1);
  EXPECT_TRUE(torch::equal(rest, curve.slice(1, 3)));
}

// Central differences along a direction through every input.
TEST(Trajectory, GradientByFiniteDifferences) {
  torch::manual_seed(3);
  std::vector<torch::Tensor> inputs, directions;
  for (const auto& shape :
       std::vector<std::vector<std::int64_t>>{{4, 5}, {4}, {4, 5}, {4}, {3, 4}}) {
    inputs.push_back(torch::randn(shape, torch::kFloat64));
    directions.push_back(torch::randn(shape, torch::kFloat64));
  }
  const auto slope = torch::randn({3, 7, 4}, torch::kFloat64);
  const auto value = [&](double h, bool gradient) {
    std::vector<torch::Tensor> moved;
    for (std::size_t i = 0; i < 5; ++i)
      moved.push_back((inputs[i] + h * directions[i]).requires_grad_(gradient));
    const auto curve =
        integrate_trajectory({moved[0], moved[1], moved[2], moved[3]}, moved[4], 7, 0.1);
    return std::pair{(curve * slope).sum(), moved};
  };
  const auto [sum, leaves] = value(0, true);
  const auto gradients = torch::autograd::grad({sum}, leaves);
  double slope_along = 0;
  for (std::size_t i = 0; i < 5; ++i)
    slope_along += (gradients[i] * directions[i]).sum().item<double>();
  const double h = 1e-5;
  const double difference =
      (value(h, false).first - value(-h, false).first).item<double>() / (2 * h);
  EXPECT_NEAR(slope_along, difference, 1e-6 * std::abs(difference));
}

TEST(Floater, HasAGradientWhenDueAlone) {
  const auto owner = drawn_encoding(floater_options(), 0.5);
  PositionEncoding& encoding = *owner;
  for (std::int64_t update = 0; update < 7; ++update) {
    encoding.begin_update(update);
    EXPECT_EQ(added(encoding, 5).requires_grad(), update % 3 == 0) << update;
  }
}

TEST(Floater, TheCurveStaysBetweenUpdatesThatAreDue) {
  const auto owner = drawn_encoding(floater_options(), 0.5);
  PositionEncoding& encoding = *owner;
  encoding.begin_update(0);
  const auto curve = added(encoding, 5).detach();
  move_parameters(encoding);
  encoding.begin_update(1);
  EXPECT_TRUE(torch::equal(added(encoding, 5), curve));
  EXPECT_TRUE(torch::equal(added(encoding, 90).slice(0, 0, 5), curve));
  encoding.eval();
  EXPECT_TRUE(torch::equal(added(encoding, 5), curve));
  encoding.train();
  encoding.begin_update(3);
  EXPECT_FALSE(torch::equal(added(encoding, 5).detach(), curve));
}

TEST(Floater, GoesOnAfterAKillToTheBit) {
  const auto running_owner = drawn_encoding(floater_options(), 0.5);
  PositionEncoding& running = *running_owner;
  const auto resumed_owner = drawn_encoding(floater_options(), 0.5);
  PositionEncoding& resumed = *resumed_owner;
  running.begin_update(0);
  added(running, 5);
  move_parameters(running);
  {
    const torch::NoGradGuard no_gradient;
    for (const auto& item : running.named_parameters())
      resumed.named_parameters()[item.key()].copy_(item.value());
    for (const auto& item : running.named_buffers())
      resumed.named_buffers()[item.key()].copy_(item.value());
  }
  running.begin_update(1);
  resumed.begin_update(1);
  EXPECT_TRUE(torch::equal(added(running, 40), added(resumed, 40)));
}

TEST(Floater, EvaluationFollowsParametersUnlessACurveIsKept) {
  const auto owner = drawn_encoding(floater_options(), 0.5);
  PositionEncoding& encoding = *owner;
  encoding.eval();
  const auto before = added(encoding, 5);
  EXPECT_FALSE(before.requires_grad());
  EXPECT_TRUE(torch::equal(added(encoding, 70).slice(0, 0, 5), before));
  move_parameters(encoding);
  EXPECT_FALSE(torch::equal(added(encoding, 5), before));
}

TEST(Floater, EachRoleLayerAndPlaceHasItsOwnCurve) {
  auto options = floater_options();
  const auto owner = drawn_encoding(options, 0.5);
  PositionEncoding& encoding = *owner;
  const auto positions = encoding.prepare(torch::arange(4), torch::kFloat32);
  const auto zeros = torch::zeros({4, 2, 4});
  const auto packed = encoding.transform_packed(torch::zeros({4, 3, 2, 4}), positions, 1);
  for (const auto& [part, role] : {std::pair{0, Role::query}, {1, Role::key}, {2, Role::value}}) {
    const auto one = encoding.transform(zeros, positions, role, 1);
    EXPECT_TRUE(torch::equal(packed.select(1, part), one));
    EXPECT_TRUE(torch::equal(one[0].flatten(), encoding.named_parameters()["initial"][part][1]));
  }
  EXPECT_TRUE(encoding.enter_block(torch::zeros({4, 8}), positions, 0).eq(0).all().item<bool>());
  options.settings.floater_place = "input";
  const auto at_input_owner = drawn_encoding(options, 0.5);
  PositionEncoding& at_input = *at_input_owner;
  const auto places = at_input.prepare(torch::arange(4), torch::kFloat32);
  EXPECT_FALSE(at_input.transforms());
  EXPECT_TRUE(torch::equal(at_input.enter_block(torch::zeros({4, 8}), places, 1)[0],
                           at_input.named_parameters()["initial"][1]));
  EXPECT_THROW(encoding.prepare(torch::tensor({-1}), torch::kFloat32), Error);
}

}  // namespace
}  // namespace roformer::position
