// tests of packed weights: the same products, and only where a guard and no gradient ask for them.
#include "roformer/model/packed_weights.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "roformer/model/linear.h"

namespace roformer::model {
namespace {

using torch::Tensor;

TEST(PackedWeightsTest, GiveTheSameProducts) {
  torch::manual_seed(1);
  torch::nn::Linear module(70, 130);
  PackedWeights packed;
  packed.add(*module);
  const torch::NoGradGuard no_gradient;
  for (const std::int64_t rows : {0, 1, 4, 33, 200}) {
    const Tensor x = torch::randn({rows, 70});
    for (const Tensor& bias : {module->bias, Tensor()}) {
      const Tensor plain = linear(x, module->weight, bias);
      const PackedWeightsGuard guard(packed);
      EXPECT_TRUE(torch::allclose(linear(x, module->weight, bias), plain, 1e-5, 1e-5)) << rows;
      EXPECT_TRUE(torch::allclose(linear_activation(x, module->weight, bias, Activation::relu),
                                  plain.relu(), 1e-5, 1e-5));
    }
  }
}

TEST(PackedWeightsTest, GuardsEndInTheirOrder) {
  torch::nn::Linear first(8, 8), second(8, 8);
  PackedWeights one, two;
  one.add(*first);
  two.add(*second);
  if (!one.find(first->weight).defined()) GTEST_SKIP() << "LibTorch without oneDNN";
  EXPECT_FALSE(packed_weight(first->weight).defined());
  {
    const PackedWeightsGuard outer(one);
    EXPECT_TRUE(packed_weight(first->weight).defined());
    {
      const PackedWeightsGuard inner(two);
      EXPECT_FALSE(packed_weight(first->weight).defined());
      EXPECT_TRUE(packed_weight(second->weight).defined());
    }
    EXPECT_FALSE(packed_weight(second->weight).defined());
    EXPECT_FALSE(packed_weight(first->weight.slice(0, 0, 4)).defined());
  }
  EXPECT_FALSE(packed_weight(first->weight).defined());
  EXPECT_FALSE(one.find(first->bias).defined());
}

TEST(PackedWeightsTest, AGradientTakesThePlainOnes) {
  torch::nn::Linear module(8, 6);
  PackedWeights packed;
  packed.add(*module);
  const PackedWeightsGuard guard(packed);
  const Tensor x = torch::randn({3, 8});
  linear(x, module->weight, module->bias).sum().backward();
  EXPECT_TRUE(torch::allclose(module->weight.grad(), x.sum(0).expand({6, 8}), 1e-5, 1e-5));
}

TEST(PackedWeightsTest, OtherTypesAreLeftAlone) {
  torch::nn::Linear module(8, 6);
  module->to(torch::kDouble);
  PackedWeights packed;
  packed.add(*module);
  EXPECT_FALSE(packed.find(module->weight).defined());
}

}  // namespace
}  // namespace roformer::model
