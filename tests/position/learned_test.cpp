#include "roformer/position/learned.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/base/error.h"
#include "tests/position/drawn_encoding.h"
#include "tests/position/plain_options.h"

namespace roformer::position {
namespace {

TEST(Learned, LearnedAddsItsRowAndKnowsItsLimit) {
  const auto encoding = drawn_encoding(plain_options("learned"));
  const auto table = encoding->named_parameters()["weight"];
  ASSERT_EQ(table.sizes(), (std::vector<std::int64_t>{5, 12}));
  const auto positions = encoding->prepare(torch::tensor({4, 0}), torch::kFloat32);
  EXPECT_TRUE(torch::equal(encoding->embed(torch::zeros({2, 12}), {}, positions),
                           table.index_select(0, torch::tensor({4, 0}))));
  EXPECT_THROW(encoding->prepare(torch::tensor({5}), torch::kFloat32), Error);
  EXPECT_THROW(encoding->prepare(torch::tensor({-1}), torch::kFloat32), Error);
}

}  // namespace
}  // namespace roformer::position
