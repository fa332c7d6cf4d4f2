#include "roformer/position/tables.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/checkpoint/expect_error.h"

namespace roformer::position {
namespace {

using checkpoint::expect_error;

TEST(TableRange, LengthIsTheLargestPositionAndOne) {
  EXPECT_EQ(length_of(torch::tensor({3, 0, 7, 7})), 8);
  EXPECT_EQ(length_of(torch::empty({0}, torch::kInt64)), 0);
  expect_error({"positions >= 0", "-2"}, [] { length_of(torch::tensor({1, -2})); });
}

TEST(TableRange, BeyondTheRowsIsNamed) {
  EXPECT_NO_THROW(require_in_table(torch::tensor({0, 4}), 5));
  expect_error({"below 5", "max_position_embeddings", "but got 5"}, [] {
    require_in_table(torch::tensor({0, 5}), 5);
  });
  EXPECT_NO_THROW(require_rows(1));
  expect_error({"max_position_embeddings > 0", "0"}, [] { require_rows(0); });
}

}  // namespace
}  // namespace roformer::position
