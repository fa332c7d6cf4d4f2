#include "roformer/text/encoding.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"

namespace roformer::text {
namespace {

void expect_kept(KeptTokens kept, std::size_t first, std::size_t second) {
  EXPECT_EQ(kept.first, first);
  EXPECT_EQ(kept.second, second);
}

TEST(Truncation, TheLongestGivesWayFirst) {
  expect_kept(truncate(3, 4, 7, Truncation::longest_first), 3, 4);
  expect_kept(truncate(9, 2, 7, Truncation::longest_first), 5, 2);
  expect_kept(truncate(2, 9, 7, Truncation::longest_first), 2, 5);
  expect_kept(truncate(9, 9, 7, Truncation::longest_first), 3, 4);
  expect_kept(truncate(10, 9, 7, Truncation::longest_first), 4, 3);
  expect_kept(truncate(9, 9, 0, Truncation::longest_first), 0, 0);
  expect_kept(truncate(9, 0, 7, Truncation::longest_first), 7, 0);
}

TEST(Truncation, OnlyOneGivesWay) {
  expect_kept(truncate(9, 2, 7, Truncation::only_first), 5, 2);
  expect_kept(truncate(2, 9, 7, Truncation::only_second), 2, 5);
  EXPECT_THROW(truncate(2, 9, 7, Truncation::only_first), Error);
  EXPECT_THROW(truncate(9, 2, 7, Truncation::only_second), Error);
  EXPECT_THROW(truncate(9, 2, 7, Truncation::forbidden), Error);
}

}  // namespace
}  // namespace roformer::text
