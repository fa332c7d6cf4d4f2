#include "roformer/position/sinusoidal.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "tests/position/plain_options.h"

namespace roformer::position {
namespace {

TEST(Sinusoidal, SinusoidalIsEquation4) {
  const auto encoding = make_encoding(plain_options("sinusoidal"));
  const auto positions = encoding->prepare(torch::tensor({0, 3, 1000}), torch::kFloat64);
  const auto x = torch::ones({3, 12}, torch::kFloat64);
  const auto y = encoding->embed(x, {}, positions);
  for (const auto& [row, position] : {std::pair{0, 0.0}, {1, 3.0}, {2, 1000.0}}) {
    for (int t = 0; t < 6; ++t) {
      const double angle = position / std::pow(10000.0, 2.0 * t / 12);
      EXPECT_NEAR(y[row][2 * t].item<double>(), 1 + std::sin(angle), 1e-12);
      EXPECT_NEAR(y[row][2 * t + 1].item<double>(), 1 + std::cos(angle), 1e-12);
    }
  }
}

// Golden values of the project's reference: d = 8, positions 0, 1, 5.
TEST(Sinusoidal, SinusoidalGoldenValues) {
  auto options = plain_options("sinusoidal");
  options.embedding_size = 8;
  const auto encoding = make_encoding(options);
  const auto positions = encoding->prepare(torch::tensor({0, 1, 5}), torch::kFloat64);
  const auto expected =
      torch::tensor({{0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0},
                     {0.841471, 0.540302, 0.099833, 0.995004, 0.01, 0.99995, 0.001, 1.0},
                     {-0.958924, 0.283662, 0.479426, 0.877583, 0.049979, 0.99875, 0.005, 0.999988}},
                    torch::kFloat64);
  const auto got = encoding->embed(torch::zeros({3, 8}, torch::kFloat64), {}, positions);
  EXPECT_LE((got - expected).abs().max().item<double>(), 6e-7);
}

}  // namespace
}  // namespace roformer::position
