#include "roformer/product/activation.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "roformer/base/error.h"
#include "roformer/model/config.h"
#include "tests/packed/second_gradients.h"

namespace roformer::product {
namespace {

using torch::Tensor;

double activation_gap(const Tensor& a, const Tensor& b) {
  if (a.numel() == 0) return 0;
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

TEST(ActivationTest, KernelEqualsLibTorch) {
  const auto wide =
      torch::cat({torch::linspace(-12, 12, 4001), torch::tensor({-1e4f, 1e4f, 0.0f})});
  for (const auto* name : {"gelu", "gelu_new", "relu", "silu"}) {
    const Activation activation = model::parse_activation(name);
    for (const std::int64_t count : {0, 1, 15, 4004}) {
      const auto x = wide.narrow(0, 0, count).clone().set_requires_grad(true);
      const auto exact = x.detach().to(torch::kFloat64).set_requires_grad(true);
      const auto y = activate(x, activation), expected = activate_composed(exact, activation);
      // silu has values of 12 too, where a float's last place is 1e-6.
      EXPECT_LE(activation_gap(y, expected), activation == Activation::silu ? 2e-6 : 1e-6) << name;
      const auto gradient = torch::autograd::grad({y.sum()}, {x})[0];
      EXPECT_LE(activation_gap(gradient, torch::autograd::grad({expected.sum()}, {exact})[0]), 2e-6)
          << name;
    }
  }
}

TEST(ActivationTest, SecondGradientsAreThoseOfTheComposedForm) {
  for (const auto* name : {"gelu", "gelu_new", "relu", "silu"}) {
    const Activation activation = model::parse_activation(name);
    packed::expect_second_gradients(
        [&](const auto& in) { return activate(in[0], activation); },
        [&](const auto& in) { return activate_composed(in[0], activation); },
        {torch::linspace(-4, 4, 101)}, 1e-5);
  }
}

TEST(ActivationTest, OtherTypesAndStridesAreServed) {
  const auto x = torch::randn({6, 10}, torch::kFloat64);
  EXPECT_TRUE(torch::equal(activate(x, Activation::gelu), torch::gelu(x)));
  const auto columns = torch::randn({10, 6}).t();
  EXPECT_LE(activation_gap(activate(columns, Activation::silu), torch::silu(columns)), 1e-6);
}

TEST(ActivationTest, NamesAreThoseOfHiddenAct) {
  EXPECT_EQ(model::parse_activation("gelu"), Activation::gelu);
  EXPECT_EQ(model::parse_activation("gelu_new"), Activation::gelu_new);
  EXPECT_EQ(model::parse_activation("gelu_pytorch_tanh"), Activation::gelu_new);
  EXPECT_EQ(model::parse_activation("relu"), Activation::relu);
  EXPECT_EQ(model::parse_activation("silu"), Activation::silu);
  EXPECT_EQ(model::parse_activation("swish"), Activation::silu);
  for (const char* name : {"", "GELU", "mish", "gelu_fast"})
    EXPECT_THROW(model::parse_activation(name), Error) << name;
}

}  // namespace
}  // namespace roformer::product
