#include "roformer/model/norm.h"

#include <gtest/gtest.h>
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

}  // namespace
}  // namespace roformer::model
