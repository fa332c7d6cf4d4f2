#include "roformer/parallel/parallel_corpus.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace roformer::parallel {
namespace {

using Row = std::vector<std::int32_t>;

Row row_of(std::span<const std::int32_t> ids) {
  return {ids.begin(), ids.end()};
}

TEST(PairTableTest, SidesComeBack) {
  PairTable table;
  EXPECT_EQ(table.size(), 0);
  table.add(Row{1, 2}, Row{3});
  table.add(Row{}, Row{4, 5, 6});
  table.add(Row{7}, Row{});
  ASSERT_EQ(table.size(), 3);
  EXPECT_EQ(row_of(table.source(0)), (Row{1, 2}));
  EXPECT_EQ(row_of(table.target(0)), Row{3});
  EXPECT_TRUE(table.source(1).empty());
  EXPECT_EQ(row_of(table.target(1)), (Row{4, 5, 6}));
  EXPECT_EQ(row_of(table.source(2)), Row{7});
  EXPECT_TRUE(table.target(2).empty());
  EXPECT_EQ(table.ids(), (Row{1, 2, 3, 4, 5, 6, 7}));
}

}  // namespace
}  // namespace roformer::parallel
