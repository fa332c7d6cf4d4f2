#include "roformer/attention/span.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace roformer::attention {
namespace {

TEST(SpanGroups, NeighboursAlikeAreOne) {
  const std::vector<Span> spans = {
      {0, 2, 0, 2, 2, 0}, {2, 2, 2, 2, 2, 0}, {4, 3, 4, 3, 3, 0}, {7, 2, 7, 2, 2, 0}};
  const auto groups = groups_of_equal_length(spans);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].size, 2);
  EXPECT_EQ(groups[1].size, 1);
  EXPECT_EQ(groups[1].first, 2);
  EXPECT_EQ(groups[2].first, 3);
  EXPECT_EQ(groups[2].span.first_query, 7);
  EXPECT_TRUE(groups_of_equal_length({}).empty());
}

// Prefix and offset are part of the shape.
TEST(SpanGroups, OtherVisibilityIsAnotherGroup) {
  EXPECT_EQ(groups_of_equal_length({{0, 2, 0, 2, 2, 0}, {2, 2, 2, 2, 0, 0}}).size(), 2u);
  EXPECT_EQ(groups_of_equal_length({{0, 1, 0, 3, 0, 2}, {1, 1, 3, 3, 0, 1}}).size(), 2u);
}

// Keys of a cache stand at any distance: one shape, but end to end only by copying.
TEST(SpanGroups, ScatteredKeysAreOneShape) {
  const std::vector<Span> spans = {{0, 1, 0, 2, 0, 1}, {1, 1, 6, 2, 0, 1}};
  EXPECT_EQ(groups_of_equal_length(spans).size(), 2u);
  const auto groups = groups_of_equal_shape(spans);
  ASSERT_EQ(groups.size(), 1u);
  const torch::Tensor x = torch::arange(8);
  EXPECT_TRUE(torch::equal(key_rows(x, spans, groups[0]), torch::tensor({0, 1, 6, 7})));
  const std::vector<Span> dense = {{0, 1, 2, 2, 0, 1}, {1, 1, 4, 2, 0, 1}};
  const torch::Tensor rows = key_rows(x, dense, groups_of_equal_shape(dense)[0]);
  EXPECT_TRUE(torch::equal(rows, torch::tensor({2, 3, 4, 5})));
  EXPECT_TRUE(rows.is_alias_of(x));
}

TEST(SpanGroups, HeadsOfAreViews) {
  const torch::Tensor x = torch::arange(6 * 2 * 3).view({6, 2, 3});
  const torch::Tensor heads = heads_of(x, 2, 2, 2);  // rows 2 .. 5 as two sequences of two
  EXPECT_EQ(heads.sizes(), torch::IntArrayRef({2, 2, 2, 3}));
  EXPECT_TRUE(torch::equal(heads[1][0][1], x[5][0]));
  EXPECT_TRUE(heads.is_alias_of(x));
}

}  // namespace
}  // namespace roformer::attention
