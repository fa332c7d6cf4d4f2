// tests of position/: formulas in float64, the packed hook against the single one, refusals.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/position/position_encoding.h"
#include "roformer/rope/rotation.h"

namespace roformer::position {
namespace {

EncodingOptions options_for(const std::string& name) {
  EncodingOptions options;
  options.settings.name = name;
  options.embedding_size = 12;
  options.head_size = 8;
  options.max_positions = 5;
  return options;
}

TEST(Encodings, SinusoidalIsEquation4) {
  const auto encoding = make_encoding(options_for("sinusoidal"));
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
TEST(Encodings, SinusoidalGoldenValues) {
  auto options = options_for("sinusoidal");
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

TEST(Encodings, LearnedAddsItsRowAndKnowsItsLimit) {
  const auto encoding = make_encoding(options_for("learned"));
  const auto table = encoding->named_parameters()["weight"];
  ASSERT_EQ(table.sizes(), (std::vector<std::int64_t>{5, 12}));
  const auto positions = encoding->prepare(torch::tensor({4, 0}), torch::kFloat32);
  EXPECT_TRUE(torch::equal(encoding->embed(torch::zeros({2, 12}), {}, positions),
                           table.index_select(0, torch::tensor({4, 0}))));
  EXPECT_THROW(encoding->prepare(torch::tensor({5}), torch::kFloat32), Error);
  EXPECT_THROW(encoding->prepare(torch::tensor({-1}), torch::kFloat32), Error);
}

TEST(Encodings, RotaryPackedEqualsEachRole) {
  for (const bool values : {false, true}) {
    auto options = options_for("rotary");
    options.settings.rotary_value = values;
    options.settings.rotary_dim = 6;
    const auto encoding = make_encoding(options);
    const auto positions = encoding->prepare(torch::tensor({0, 1, 70000}), torch::kFloat32);
    const auto qkv = torch::randn({3, 3, 2, 8});
    const auto expected = encoding->PositionEncoding::transform_packed(qkv.clone(), positions, 0);
    EXPECT_TRUE(torch::equal(encoding->transform_packed(qkv.clone(), positions, 0), expected));
    EXPECT_EQ(torch::equal(expected.select(1, 2), qkv.select(1, 2)), !values);
    EXPECT_TRUE(torch::equal(expected.slice(3, 6), qkv.slice(3, 6)));  // the rest of the head stays
  }
}

TEST(Encodings, NoneChangesNothing) {
  const auto encoding = make_encoding(options_for("none"));
  const auto positions = encoding->prepare(torch::arange(3), torch::kFloat32);
  const auto x = torch::randn({3, 12});
  EXPECT_TRUE(encoding->embed(x, {}, positions).is_same(x));
  EXPECT_FALSE(encoding->transforms() || encoding->acts_on_scores() || encoding->acts_on_values());
  EXPECT_DOUBLE_EQ(encoding->score_divisor(16), 4.0);
  EXPECT_THROW(encoding->score_bias({x, x, x, x}), Error);
}

TEST(Encodings, RefusesWhatDoesNotFit) {
  EXPECT_THROW(make_encoding(options_for("rotarry")), Error);
  auto odd = options_for("rotary");
  odd.head_size = 7;
  EXPECT_THROW(make_encoding(odd), Error);
  odd = options_for("rotary");
  odd.settings.rotary_dim = 10;
  EXPECT_THROW(make_encoding(odd), Error);
  odd = options_for("sinusoidal");
  odd.embedding_size = 7;
  EXPECT_THROW(make_encoding(odd), Error);
}

}  // namespace
}  // namespace roformer::position
