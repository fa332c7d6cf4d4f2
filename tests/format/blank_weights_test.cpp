#include "roformer/format/blank_weights.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/checkpoint/expect_error.h"

namespace roformer::format {
namespace {

using checkpoint::expect_error;

TEST(BlankWeights, HaveAShapeAndNoMemoryUntilTheyAreGivenSome) {
  torch::Tensor weight;
  {
    const BlankWeights blank;
    EXPECT_TRUE(weights_are_blank());
    weight = new_weight({1 << 30, 1 << 20}, [](torch::Tensor&) { FAIL() << "nothing to fill"; });
    weight = new_weight({3, 4});
  }
  EXPECT_FALSE(weights_are_blank());
  EXPECT_EQ(weight.sizes(), (torch::IntArrayRef{3, 4}));
  EXPECT_EQ(weight.scalar_type(), torch::kFloat);
  EXPECT_EQ(weight.storage().nbytes(), 0u);
  const torch::Tensor other_holder = weight;
  give_memory(weight);
  weight.fill_(2);
  EXPECT_EQ(other_holder.sum().item<float>(), 24.0f);
  give_memory(weight);  // has some already
  EXPECT_EQ(weight.sum().item<float>(), 24.0f);
}

TEST(BlankWeights, ScopesNest) {
  {
    const BlankWeights outer;
    { const BlankWeights inner; }
    EXPECT_TRUE(weights_are_blank());
  }
  const torch::Tensor weight = new_weight({2}, [](torch::Tensor& x) { x.fill_(5); });
  EXPECT_EQ(weight.sum().item<float>(), 10.0f);
}

TEST(BlankWeights, RefuseShapesBeyondAnyMemory) {
  const BlankWeights blank;
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  expect_error({"fit into memory", std::to_string(most).c_str()}, [&] { new_weight({most}); });
  expect_error({"(4294967296, 4294967296)"}, [] {
    new_weight({std::int64_t{1} << 32, std::int64_t{1} << 32});
  });
  expect_error({"(-1)"}, [] { new_weight({-1}); });
  expect_error({"fit"}, [&] { new_weight({0, most, most}); });
  EXPECT_EQ(new_weight({0}).numel(), 0);
}

}  // namespace
}  // namespace roformer::format
