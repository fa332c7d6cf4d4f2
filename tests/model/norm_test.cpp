// Norms with their parameters; norms and dropout as fused operators against their composed forms,
// values and gradients.
#include "roformer/model/norm.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "tests/packed/second_gradients.h"

namespace roformer::model {
namespace {

using torch::Tensor;

TEST(Norm, IsLayerNormWithItsParameters) {
  EncoderConfig config;
  config.layer_norm_eps = 1e-3;
  Norm norm(6, config);
  auto parameters = norm->named_parameters();
  ASSERT_EQ(parameters.keys(), (std::vector<std::string>{"weight", "bias"}));
  const torch::NoGradGuard no_gradient;
  parameters["weight"].copy_(torch::arange(6));
  parameters["bias"].fill_(0.5);
  const Tensor x = torch::randn({4, 6}), residual = torch::randn({4, 6});
  const auto expected = [&](const Tensor& sum) {
    return torch::layer_norm(sum, {6}, parameters["weight"], parameters["bias"], 1e-3);
  };
  EXPECT_LE((norm(x, residual) - expected(x + residual)).abs().max().item<double>(), 1e-5);
  EXPECT_LE((norm(x) - expected(x)).abs().max().item<double>(), 1e-5);
}

TEST(Norm, OrTheRootMeanSquareWithoutAny) {
  EncoderConfig config;
  config.norm_type = "rms_norm";
  Norm norm(6, config);
  EXPECT_TRUE(norm->parameters().empty());
  const Tensor x = torch::randn({4, 6}), residual = torch::randn({4, 6});
  const Tensor y = norm(x, residual);
  EXPECT_LE((y.square().mean(1) - 1).abs().max().item<double>(), 1e-5);
  const auto direction = [](const Tensor& rows) { return rows / rows.norm(2, {1}, true); };
  EXPECT_LE((direction(y) - direction(x + residual)).abs().max().item<double>(), 1e-5);
}

double gap(const Tensor& a, const Tensor& b) {
  if (a.numel() == 0) return 0;
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

Tensor leaf(std::vector<std::int64_t> shape) {
  return torch::randn(shape).set_requires_grad(true);
}

struct NormCase {
  std::int64_t rows, size;
  double dropout;
  bool residual;
};

class ResidualNormTest : public ::testing::TestWithParam<NormCase> {};

TEST_P(ResidualNormTest, FusedEqualsComposed) {
  const NormCase& c = GetParam();
  torch::manual_seed(4);
  const Tensor x = leaf({c.rows, c.size}), weight = leaf({c.size}), bias = leaf({c.size});
  const Tensor residual = c.residual ? leaf({c.rows, c.size}) : Tensor();
  const Dropout drop{c.dropout, 77};
  const Tensor slope = torch::randn({c.rows, c.size});
  std::vector<Tensor> inputs = {x, weight, bias};
  if (c.residual) inputs.push_back(residual);
  const auto fused = residual_norm(x, residual, weight, bias, 1e-12, drop);
  const auto fused_gradients = torch::autograd::grad({(fused * slope).sum()}, inputs);
  const auto exact = [](const Tensor& t) { return t.defined() ? t.to(torch::kFloat64) : t; };
  const auto composed =
      residual_norm_composed(exact(x), exact(residual), exact(weight), exact(bias), 1e-12, drop);
  const auto gradients = torch::autograd::grad({(composed * slope).sum()}, inputs);
  EXPECT_LE(gap(fused, composed), 3e-5);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    EXPECT_LE(gap(fused_gradients[i], gradients[i]), 2e-4) << i;
  const torch::NoGradGuard no_gradient;
  EXPECT_LE(gap(residual_norm(x, residual, weight, bias, 1e-12, drop), composed), 3e-5);
}

INSTANTIATE_TEST_SUITE_P(Shapes, ResidualNormTest,
                         ::testing::Values(NormCase{0, 8, 0, true}, NormCase{1, 2, 0, true},
                                           NormCase{3, 33, 0.5, true}, NormCase{65, 768, 0.1, true},
                                           NormCase{200, 100, 0, false},
                                           NormCase{5, 64, 0.3, false}));

class ResidualRmsNormTest : public ::testing::TestWithParam<NormCase> {};

TEST_P(ResidualRmsNormTest, FusedEqualsComposed) {
  const NormCase& c = GetParam();
  torch::manual_seed(14);
  const Tensor x = leaf({c.rows, c.size}), slope = torch::randn({c.rows, c.size});
  const Tensor residual = c.residual ? leaf({c.rows, c.size}) : Tensor();
  const Dropout drop{c.dropout, 78};
  std::vector<Tensor> inputs = {x};
  if (c.residual) inputs.push_back(residual);
  const auto fused = residual_norm(x, residual, {}, {}, 1e-12, drop);
  const auto fused_gradients = torch::autograd::grad({(fused * slope).sum()}, inputs);
  const auto exact = [](const Tensor& t) { return t.defined() ? t.to(torch::kFloat64) : t; };
  const auto composed = residual_norm_composed(exact(x), exact(residual), {}, {}, 1e-12, drop);
  const auto gradients = torch::autograd::grad({(composed * slope).sum()}, inputs);
  EXPECT_LE(gap(fused, composed), 1e-5);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    EXPECT_LE(gap(fused_gradients[i], gradients[i]), 1e-4) << i;
  const torch::NoGradGuard no_gradient;
  EXPECT_LE(gap(residual_norm(x, residual, {}, {}, 1e-12, drop), composed), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Shapes, ResidualRmsNormTest,
                         ::testing::Values(NormCase{0, 8, 0, true}, NormCase{1, 2, 0, true},
                                           NormCase{3, 33, 0.5, true}, NormCase{65, 768, 0.1, true},
                                           NormCase{200, 100, 0, false},
                                           NormCase{5, 64, 0.3, false}));

// With and without residual, dropout and weights; one tensor as both x and residual, too.
TEST(ResidualNorm, SecondGradientsAreThoseOfTheComposedForm) {
  torch::manual_seed(24);
  for (const double probability : {0.0, 0.3}) {
    for (const bool has_weights : {true, false}) {
      for (const int residual : {-1, 1, 0}) {
        const auto form = [&](const auto& norm) -> packed::Operator {
          return [&, norm](const auto& in) {
            const Tensor other = residual < 0 ? Tensor() : in[static_cast<std::size_t>(residual)];
            const auto last = in.size() - 2;
            return norm(in[0], other, has_weights ? in[last] : Tensor(),
                        has_weights ? in[last + 1] : Tensor(), 1e-5, Dropout{probability, 7});
          };
        };
        std::vector<Tensor> inputs = {torch::randn({9, 12}) + 0.5};
        if (residual > 0) inputs.push_back(torch::randn({9, 12}));
        if (has_weights) inputs.insert(inputs.end(), {torch::randn({12}), torch::randn({12})});
        packed::expect_second_gradients(form(residual_norm), form(residual_norm_composed), inputs,
                                        1e-4);
      }
    }
  }
}

// A weight alone that learns: nothing else has a gradient.
TEST(ResidualNorm, SecondGradientsOfTheWeightsAlone) {
  torch::manual_seed(25);
  const Tensor x = torch::randn({9, 12});
  packed::expect_second_gradients(
      [&](const auto& in) { return residual_norm(x, {}, in[0], in[1], 1e-5); },
      [&](const auto& in) {
        return residual_norm_composed(x.to(in[0].scalar_type()), {}, in[0], in[1], 1e-5);
      },
      {torch::randn({12}), torch::randn({12})}, 1e-4);
}

TEST(ResidualNorm, HalfsSquaresDoNotOverflow) {
  const Tensor x = (torch::randn({4, 64}) * 900).to(torch::kHalf);
  const Tensor y = residual_norm(x, {}, {}, {}, 1e-6);
  const Tensor exact = residual_norm_composed(x.to(torch::kFloat64), {}, {}, {}, 1e-6);
  EXPECT_EQ(y.scalar_type(), torch::kHalf);
  EXPECT_LE(packed::relative_gap(y, exact), 4e-4);
}

TEST(Dropout, SecondGradientsPassTheMask) {
  torch::manual_seed(26);
  packed::expect_second_gradients(
      [](const auto& in) {
        return dropout(in[0].sin(), {0.3, 5});
      },
      [](const auto& in) {
        return in[0].sin() * dropout_factors(9, 12, {0.3, 5}).to(in[0].options());
      },
      {torch::randn({9, 12})}, 1e-5);
}

TEST(Dropout, MaskIsAFunctionOfTheSeed) {
  const auto x = torch::ones({300, 130}).set_requires_grad(true);
  const auto y = dropout(x, {0.2, 5});
  EXPECT_TRUE(torch::equal(y, dropout_factors(300, 130, {0.2, 5})));
  y.sum().backward();
  EXPECT_TRUE(torch::equal(x.grad(), y));
  EXPECT_NEAR((y == 0).to(torch::kFloat32).mean().item<double>(), 0.2,
              0.01);  // 39,000 draws: standard error 0.002
  EXPECT_FALSE(torch::equal(y, dropout(x, {0.2, 6})));
  EXPECT_TRUE(dropout(x, {0, 5}).is_same(x));
}

}  // namespace
}  // namespace roformer::model
