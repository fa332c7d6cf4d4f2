#include "roformer/text/subword_nmt.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::text {
namespace {

constexpr const char* kCodes = "#version: 0.2\nl o\nlo w</w>\ne r</w>\nlo w\n";

SubwordNmt with_units(const char* codes, UnitSet units) {
  return {codes, "codes", {.allowed = std::make_shared<const UnitSet>(std::move(units))}};
}

TEST(SubwordNmt, MergesByRank) {
  const SubwordNmt nmt(kCodes, "codes");
  EXPECT_EQ(nmt.segment("low lower slow"), "low low@@ er s@@ low");
  EXPECT_EQ(nmt.segment("x"), "x");
  EXPECT_EQ(nmt.segment("lo"), "l@@ o");  // "o</w>" is another symbol
  EXPECT_EQ(nmt.segment("gr\xC3\xBC\xC3\x9F"), "g@@ r@@ \xC3\xBC@@ \xC3\x9F");
}

TEST(SubwordNmt, SpacesAsTheOriginal) {
  const SubwordNmt nmt(kCodes, "codes");
  EXPECT_EQ(nmt.segment(""), "");
  EXPECT_EQ(nmt.segment("   "), "   ");
  EXPECT_EQ(nmt.segment("  low   low \r"), "  low low \r");
  EXPECT_EQ(nmt.segment("low\tx"), "low@@ \t@@ x");  // a tab is a character of a word
}

TEST(SubwordNmt, OverlappingPairs) {
  EXPECT_EQ(SubwordNmt("a a\n", "codes").segment("aaaab"), "aa@@ aa@@ b");
  EXPECT_EQ(SubwordNmt("a a\n", "codes").segment("aaab"), "aa@@ a@@ b");
  // A merge makes a pair of a lower rank: the pass under way is finished first.
  EXPECT_EQ(SubwordNmt("ab a\na b\n", "codes").segment("ababx"), "ab@@ ab@@ x");
}

TEST(SubwordNmt, VersionsOfTheEnd) {
  // 0.1: the end is a symbol that merges with the last one.
  const SubwordNmt old("l o\nlo w\nlow </w>\n", "codes");
  EXPECT_EQ(old.segment("low lowx"), "low low@@ x");
  EXPECT_EQ(SubwordNmt("#version: 0.1\nl o\n", "codes").segment("lo"), "lo");
  EXPECT_TRUE(tests::has_text(
      tests::error_message([] { SubwordNmt("#version: 0.3\na b\n", "codes"); }), "codes:1"));
}

TEST(SubwordNmt, OnlyUnitsOfTheVocabulary) {
  EXPECT_EQ(with_units(kCodes, {"lo@@", "w"}).segment("low"), "lo@@ w");
  EXPECT_EQ(with_units(kCodes, {"low"}).segment("low"), "low");
  EXPECT_EQ(with_units(kCodes, {"none"}).segment("low"), "l@@ o@@ w");
  EXPECT_EQ(with_units(kCodes, {}).segment("low"), "low");  // as the original: no restriction
}

TEST(SubwordNmt, ALongWord) {
  const SubwordNmt nmt(kCodes, "codes");
  std::string word;
  for (int i = 0; i < 100000; ++i) word += "lo";
  EXPECT_EQ(nmt.units(word).size(), 100001u);
}

TEST(SubwordNmt, BadCodes) {
  const auto message = [](const char* codes) {
    return tests::error_message([&] { SubwordNmt(codes, "codes.bpe"); });
  };
  EXPECT_TRUE(tests::has_text(message("a b\nc\n"), "codes.bpe:2"));
  EXPECT_TRUE(tests::has_text(message("#version: 0.2\na b c\n"), "codes.bpe:2"));
  EXPECT_TRUE(tests::has_text(message("a  b\n"), "codes.bpe:1"));
  EXPECT_TRUE(tests::has_text(message("a b\n\nc d\n"), "codes.bpe:2"));
  EXPECT_TRUE(tests::has_text(message(""), "codes.bpe:1"));
  EXPECT_TRUE(tests::has_text(message("\xFF b\n"), "UTF-8"));
}

TEST(SubwordNmt, UnitCounts) {
  EXPECT_EQ(parse_unit_counts("a 5\nb 2\na 7\nc@@ 9\r\n", 3, "v"),
            (std::vector<std::string>{"a", "c@@"}));
  EXPECT_TRUE(parse_unit_counts("", 0, "v").empty());
  for (const char* text : {"a 1\nb\n", "a 1\nb x\n", "a 1\nb 1 2\n"}) {
    EXPECT_TRUE(
        tests::has_text(tests::error_message([&] { parse_unit_counts(text, 0, "v"); }), "v:2"));
  }
}

TEST(SubwordNmt, Joined) {
  EXPECT_EQ(join_units({"low@@", "er", "x"}, "@@"), "lower x");
  EXPECT_EQ(join_units({"low@@"}, "@@"), "low");
  EXPECT_EQ(join_units({}, "@@"), "");
}

}  // namespace
}  // namespace roformer::text
