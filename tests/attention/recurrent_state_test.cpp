#include "roformer/attention/linear_attention.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace roformer::attention {
namespace {

TEST(RecurrentState, GoesOnWithTheChosenSequences) {
  RecurrentState state(2, 3);
  state.layer(0).numerator = torch::arange(3).view({3, 1, 1, 1});
  state.layer(0).denominator = torch::arange(3).view({3, 1, 1}) + 10;
  state.select({2, 0, 2, 2});
  EXPECT_EQ(state.num_sequences(), 4);
  EXPECT_TRUE(torch::equal(state.layer(0).numerator.flatten(), torch::tensor({2, 0, 2, 2})));
  EXPECT_TRUE(torch::equal(state.layer(0).denominator.flatten(), torch::tensor({12, 10, 12, 12})));
  EXPECT_FALSE(state.layer(1).numerator.defined());  // nothing read yet
  EXPECT_THROW(state.layer(2), std::out_of_range);
}

}  // namespace
}  // namespace roformer::attention
