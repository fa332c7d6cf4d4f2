#include "roformer/labelled/groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "roformer/base/hash.h"
#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

using data::Split;

LabelledText in_groups(const std::vector<std::pair<std::string, std::string>>& groups) {
  LabelledText text{{"f"}, {}, {}};
  for (const auto& [group, group_pair] : groups) {
    text.examples.push_back({.text = "t", .group = group, .group_pair = group_pair});
    text.examples.back().line = std::ssize(text.examples);
  }
  return text;
}

TEST(LabelledGroups, RowsWithoutAColumnAreGroupsOfTheirOwn) {
  auto hashes = group_hashes(in_groups({{"", ""}, {"", ""}, {"", ""}}));
  std::sort(hashes.begin(), hashes.end());
  EXPECT_EQ(std::unique(hashes.begin(), hashes.end()), hashes.end());
  EXPECT_TRUE(group_hashes(LabelledText{}).empty());
}

TEST(LabelledGroups, AColumn) {
  const auto hashes = group_hashes(in_groups({{"q", ""}, {"r", ""}, {"q", ""}}));
  EXPECT_EQ(hashes[0], hashes[2]);
  EXPECT_NE(hashes[0], hashes[1]);
  EXPECT_EQ(hashes[1], group_hashes(in_groups({{"r", ""}}))[0]);
}

TEST(LabelledGroups, ConnectedValues) {
  // 1–2–3 and 5–4–1 are one component, 7–8 another; 9 asks itself.
  std::vector<std::pair<std::string, std::string>> pairs = {{"1", "2"}, {"7", "8"}, {"3", "2"},
                                                            {"4", "5"}, {"9", "9"}, {"1", "4"}};
  const auto hashes = group_hashes(in_groups(pairs));
  for (const std::size_t row : {2u, 3u, 5u}) EXPECT_EQ(hashes[row], hashes[0]);
  EXPECT_NE(hashes[1], hashes[0]);
  EXPECT_NE(hashes[4], hashes[0]);
  EXPECT_NE(hashes[4], hashes[1]);
  // No order of rows changes a group's number.
  std::reverse(pairs.begin(), pairs.end());
  auto reversed = group_hashes(in_groups(pairs));
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(reversed, hashes);
}

TEST(LabelledGroups, ALongChain) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (int i = 0; i < 20000; ++i) pairs.emplace_back(std::to_string(i), std::to_string(i + 1));
  const auto hashes = group_hashes(in_groups(pairs));
  EXPECT_EQ(std::count(hashes.begin(), hashes.end(), hashes[0]), 20000);
}

TEST(LabelledGroups, SharesHoldAndMoveNothingElse) {
  const PartShares shares{.validation = 0.2, .test = 0.1};
  std::array<int, 3> counts = {};
  constexpr int groups = 20000;
  for (int i = 0; i < groups; ++i) {
    const auto hash = base::hash_bytes(std::to_string(i));
    const Split part = part_of_group(hash, shares);
    ++counts[static_cast<std::size_t>(part)];
    EXPECT_EQ(part_of_group(hash, {.validation = 0.2, .test = 0.4}) == Split::validation,
              part == Split::validation);
    EXPECT_EQ(part_of_group(hash, {.validation = 0, .test = 0.1}) == Split::test,
              part == Split::test);
  }
  EXPECT_NEAR(counts[0], 0.7 * groups, 0.02 * groups);
  EXPECT_NEAR(counts[1], 0.2 * groups, 0.02 * groups);
  EXPECT_NEAR(counts[2], 0.1 * groups, 0.02 * groups);
}

TEST(LabelledGroups, NoGroupIsOnTwoSides) {
  std::vector<std::uint64_t> groups;
  for (int i = 0; i < 3000; ++i) groups.push_back(base::hash_bytes(std::to_string(i * i % 211)));
  const auto parts = parts_by_group(groups, {.validation = 0.3, .test = 0.2, .seed = 5});
  std::map<std::uint64_t, Split> part_of;
  for (std::size_t i = 0; i < groups.size(); ++i)
    EXPECT_EQ(part_of.try_emplace(groups[i], parts[i]).first->second, parts[i]);
  const PartCounts counts = count_parts(groups, parts);
  EXPECT_EQ(counts.rows[0] + counts.rows[1] + counts.rows[2], 3000);
  EXPECT_EQ(counts.groups[0] + counts.groups[1] + counts.groups[2], std::ssize(part_of));
  EXPECT_NE(parts_by_group(groups, {.validation = 0.3, .test = 0.2, .seed = 6}), parts);
}

TEST(LabelledGroups, PartsThatGotNothing) {
  const std::vector<std::uint64_t> one_group(4, 7);
  const std::string message =
      tests::error_message([&] { parts_by_group(one_group, {.validation = 0.1}); });
  EXPECT_TRUE(tests::has_text(message, "none (of 4 rows, groups: 1)")) << message;
  EXPECT_NE(tests::error_message([] { parts_by_group({}, {}); }), "no error");
  EXPECT_NE(tests::error_message([&] { halves_by_group(one_group, 0); }), "no error");
  for (const PartShares& bad :
       {PartShares{.validation = 0.5, .test = 0.5}, {.validation = -0.1}, {.test = 1}})
    EXPECT_TRUE(tests::has_text(tests::error_message([&] { parts_by_group(one_group, bad); }),
                                "expected shares of validation and test"));
}

TEST(LabelledGroups, Halves) {
  const LabelledText text = in_groups(std::vector<std::pair<std::string, std::string>>(872));
  const auto groups = group_hashes(text);
  const auto halves = halves_by_group(groups, 0);
  const LabelledText chosen = examples_of(text, halves, Split::validation),
                     reported = examples_of(text, halves, Split::test);
  EXPECT_EQ(chosen.examples.size() + reported.examples.size(), 872u);
  EXPECT_NEAR(static_cast<double>(chosen.examples.size()), 436, 60);
  EXPECT_TRUE(examples_of(text, halves, Split::training).examples.empty());
  EXPECT_EQ(chosen.files, text.files);
  std::vector<std::int64_t> lines;
  for (const Example& example : chosen.examples) lines.push_back(example.line);
  EXPECT_TRUE(std::is_sorted(lines.begin(), lines.end()));
}

}  // namespace
}  // namespace roformer::labelled
