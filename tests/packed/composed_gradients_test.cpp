// tests of packed/: gradients by way of a composed form, and the types of composed sums.
#include "roformer/packed/composed_gradients.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/packed/wide_type.h"

namespace roformer::packed {
namespace {

using torch::Tensor;

TEST(ComposedGradients, OneTensorInTwoPlacesHasAGradientForEach) {
  const Tensor x = torch::tensor({3.0}).set_requires_grad(true), fixed = torch::tensor({5.0});
  const Tensor slope = torch::tensor({2.0}).set_requires_grad(true);
  const auto gradients = composed_gradients(
      {x, x, fixed, Tensor()}, slope,
      [](const torch::autograd::variable_list& y) { return y[0] * y[0] * y[1] * y[2]; });
  ASSERT_EQ(gradients.size(), 4u);
  EXPECT_EQ(gradients[0].item<float>(), 2 * (2 * 3 * 3 * 5));
  EXPECT_EQ(gradients[1].item<float>(), 2 * (3 * 3 * 5));
  EXPECT_FALSE(gradients[2].defined());
  EXPECT_FALSE(gradients[3].defined());
  // slope · 5 x² of the second place, by x and by the slope.
  const auto second = torch::autograd::grad({gradients[1]}, {x, slope});
  EXPECT_EQ(second[0].item<float>(), 2 * 5 * 2 * 3);
  EXPECT_EQ(second[1].item<float>(), 3 * 3 * 5);
}

TEST(WideType, HalfTypesAreWidenedAndNoOthers) {
  EXPECT_EQ(wide_type(torch::ones({1}, torch::kHalf)), torch::kFloat32);
  EXPECT_EQ(wide_type(torch::ones({1}, torch::kBFloat16)), torch::kFloat32);
  EXPECT_EQ(wide_type(torch::ones({1}, torch::kFloat64)), torch::kFloat64);
  const Tensor x = torch::ones({1});
  EXPECT_TRUE(widened(x).is_same(x));
  EXPECT_TRUE(is_half_on_cpu(torch::ones({1}, torch::kHalf)));
  EXPECT_FALSE(is_half_on_cpu(x));
}

}  // namespace
}  // namespace roformer::packed
