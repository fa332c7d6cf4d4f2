#include "roformer/report/heat_map.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/base/test_files.h"

namespace roformer::report {
namespace {

using tests::has_text;

TEST(HeatMapTest, CellsAreColouredFromTheSmallestToTheLargest) {
  const std::string svg =
      svg_heat_map({"A & B", "pair", "layer", {"one", "two"}, {{0, 1}, {2, std::nan("")}}});
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
  for (const char* part :
       {"A &amp; B", ">pair<", ">layer<", ">one<", "fill=\"#440154\"><title>one, 0: 0</title>",
        "fill=\"#21918C\"><title>one, 1: 1</title>", "fill=\"#FDE725\"><title>two, 0: 2</title>"})
    EXPECT_TRUE(has_text(svg, part)) << part << "\n" << svg;
  EXPECT_FALSE(has_text(svg, "two, 1"));
}

TEST(HeatMapTest, NothingAndOneValue) {
  EXPECT_TRUE(svg_heat_map({}).ends_with("</svg>"));
  EXPECT_TRUE(has_text(svg_heat_map({"", "", "", {"row"}, {{3}}}), "row, 0: 3"));
}

TEST(HeatMapTest, RowsThatDoNotFitAreRefused) {
  EXPECT_TRUE(has_text(tests::error_message([] {
                         svg_heat_map({"", "", "", {"a", "b"}, {{1, 2}, {1}}});
                       }),
                       "rows of 2 values but got one of 1"));
  EXPECT_TRUE(has_text(tests::error_message([] {
                         svg_heat_map({"", "", "", {}, {{1}}});
                       }),
                       "a name for each of 1 rows but got 0"));
}

}  // namespace
}  // namespace roformer::report
