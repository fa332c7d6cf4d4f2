// Norms with their parameters; norms and dropout as fused operators against their composed forms,
// values and gradients.
#include "roformer/model/norm.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

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
