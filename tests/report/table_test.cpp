#include "roformer/report/table.h"

#include <gtest/gtest.h>

namespace roformer::report {
namespace {

TEST(TableTest, ColumnsAlign) {
  const Table table{{"step", "loss"}, {{"1", "5.25"}, {"1000", "3"}, {"x"}}, {}, ""};
  EXPECT_EQ(format_table(table),
            "step  loss\n"
            "────  ────\n"
            "1     5.25\n"
            "1000     3\n"
            "x\n");
}

TEST(TableTest, AlignmentIsFollowed) {
  const Table table{
      {"a", "b"}, {{"1", "2"}, {"100", "200"}}, {Align::right, Align::left}, "caption"};
  EXPECT_EQ(format_table(table), "caption\n  a  b\n───  ───\n  1  2\n100  200\n");
}

TEST(TableTest, WidthOfText) {
  EXPECT_EQ(display_width(""), 0);
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("日本"), 4);
  EXPECT_EQ(display_width("e\xCC\x81"), 1);  // e and a combining accent
  EXPECT_EQ(display_width("\xFF\xFE"), 2);   // not UTF-8
  EXPECT_EQ(display_width("\xE6\x97"), 2);   // cut off
}

TEST(TableTest, WideTextKeepsTheColumns) {
  const Table table{{"w", "n"}, {{"日本", "1"}, {"ab", "22"}}, {}, ""};
  EXPECT_EQ(format_table(table), "w      n\n────  ──\n日本   1\nab    22\n");
}

TEST(TableTest, Markdown) {
  const Table table{{"a", "b"}, {{"x|y", "1"}, {"z\nw"}}, {}, "caption"};
  EXPECT_EQ(markdown_table(table),
            "caption:\n\n| a | b |\n|---|---:|\n| x\\|y | 1 |\n| z w |  |\n");
  EXPECT_EQ(markdown_table({{"a"}, {}, {Align::right}, ""}), "| a |\n|---:|\n");
}

TEST(TableTest, EmptyTable) {
  EXPECT_EQ(format_table({}), "\n\n");
}

}  // namespace
}  // namespace roformer::report
