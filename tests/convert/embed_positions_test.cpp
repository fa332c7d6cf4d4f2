#include "roformer/convert/convert.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace roformer::convert {
namespace {

TEST(EmbedPositions, IsTheTableOfThePaper) {
  const torch::Tensor table = embed_positions_table(3, 6);
  const torch::Tensor row = torch::tensor({0.8415f, 0.0464f, 0.0022f, 0.5403f, 0.9989f, 1.0000f});
  EXPECT_TRUE(torch::allclose(table[1], row, 0, 1e-4));
  EXPECT_EQ(embed_positions_table(2, 5).sizes(), (torch::IntArrayRef{2, 5}));
  EXPECT_EQ(embed_positions_table(0, 4).sizes(), (torch::IntArrayRef{0, 4}));
}

}  // namespace
}  // namespace roformer::convert
