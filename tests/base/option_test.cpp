#include "roformer/base/option.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/base/toml_table.h"
#include "tests/base/test_files.h"

namespace roformer::base {
namespace {

using tests::error_message;

TEST(Option, RangesKnowTheirEnds) {
  EXPECT_TRUE(Range{}.contains(-1e300));
  EXPECT_TRUE(at_least(1).contains(1));
  EXPECT_FALSE(at_least(1).contains(0.999));
  EXPECT_FALSE(above(0).contains(0));
  EXPECT_TRUE(above(0).contains(1e-300));
  EXPECT_TRUE(between(0, 10).contains(10));
  EXPECT_FALSE(between(0, 10).contains(10.5));
  EXPECT_TRUE(dropout_range().contains(0));
  EXPECT_FALSE(dropout_range().contains(1));
  for (const Range& range : {Range{}, at_least(0), dropout_range(), between(0, 1)})
    EXPECT_FALSE(range.contains(std::numeric_limits<double>::quiet_NaN())) << range.in_words();
}

TEST(Option, RangesInWords) {
  EXPECT_EQ(at_least(1).in_words(), ">= 1");
  EXPECT_EQ(above(0).in_words(), "> 0");
  EXPECT_EQ(between(0, 16777216).in_words(), "in 0 .. 16777216");
  EXPECT_EQ(dropout_range().in_words(), "in [0, 1)");
  EXPECT_EQ((Range{.least = 0, .most = 1, .without_least = true}.in_words()), "in (0, 1]");
}

TEST(Option, WhatIsNotAllowedIsNamed) {
  const Option number{"size", "", at_least(1)}, word{"kind", "", {}, {"one", "two"}};
  EXPECT_NO_THROW(require_allowed("[x]", number, std::int64_t{1}));
  EXPECT_EQ(error_message([&] { require_allowed("[x]", number, std::int64_t{0}); }),
            "[x] expected size >= 1 but got 0");
  EXPECT_NO_THROW(require_allowed("[x]", word, std::string("two")));
  EXPECT_EQ(error_message([&] { require_allowed("[x]", word, std::string("three")); }),
            "[x] expected kind to be one of one, two but got 'three'");
  EXPECT_NO_THROW(require_allowed("[x]", number, std::optional<double>()));
  EXPECT_THROW(require_allowed("[x]", number, std::optional<double>(0.5)), Error);
  EXPECT_NO_THROW(require_allowed("[x]", number, false));
  EXPECT_NO_THROW(require_allowed("[x]", number, std::vector<double>{0}));
}

TEST(Option, TablesReadByEntries) {
  const TomlTable table = TomlTable::parse("size = 3\nbad = -1\nother = 2\nlist = ['a']\n", "r");
  std::int64_t size = 1, other = 7;
  std::uint64_t seed = 5;
  std::vector<std::string> list;
  table.read_option("room", {"size", "", at_least(1)}, size);
  EXPECT_EQ(size, 3);
  table.read_option("room", {"absent", "", at_least(1)}, size);
  EXPECT_EQ(size, 3);
  table.read_option("room", {"list", ""}, list);
  EXPECT_EQ(list, std::vector<std::string>{"a"});
  table.read_option("room", {"seed", ""}, seed);
  EXPECT_EQ(seed, 5u);
  EXPECT_EQ(error_message([&] {
              table.read_option("room", {"bad", "", at_least(0)}, size);
            }),
            "[room] r:2 bad: expected bad >= 0 but got -1");
  EXPECT_THROW(table.read("bad", seed), Error);
  // Without effect: refused where it stands, left alone where it does not.
  const Option idle{"other", "", {}, {}, "expected it only with size"};
  EXPECT_EQ(error_message([&] { table.read_option("room", idle, other); }),
            "[room] r:3 other: expected it only with size");
  EXPECT_NO_THROW(table.read_option("room", {"absent", "", {}, {}, "expected it never"}, other));
  EXPECT_EQ(other, 7);
}

TEST(ErrorPlace, ComesFirst) {
  EXPECT_EQ(error_message([] { at_place("[a] file", [] { fail("[b] wrong"); }); }),
            "[a] file: [b] wrong");
  EXPECT_NO_THROW(at_place("[a] file", [] {}));
}

}  // namespace
}  // namespace roformer::base
