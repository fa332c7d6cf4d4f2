#include "roformer/data/document_parts.h"

#include <gtest/gtest.h>

#include <array>

namespace roformer::data {
namespace {

DataOptions shares(double validation, double test) {
  DataOptions options;
  options.validation_share = validation;
  options.test_share = test;
  return options;
}

TEST(DrawnPart, PartsAreAsLargeAsTheirShares) {
  constexpr int documents = 20000;
  std::array<int, 3> counts = {};
  for (int i = 0; i < documents; ++i)
    ++counts[static_cast<std::size_t>(drawn_part(i, shares(0.2, 0.1)))];
  EXPECT_NEAR(counts[0], 0.7 * documents, 0.02 * documents);
  EXPECT_NEAR(counts[1], 0.2 * documents, 0.02 * documents);
  EXPECT_NEAR(counts[2], 0.1 * documents, 0.02 * documents);
}

TEST(DrawnPart, AHeldOutPartHangsOnItsOwnShareAlone) {
  for (int i = 0; i < 2000; ++i) {
    const Split before = drawn_part(i, shares(0.2, 0));
    const Split with_test = drawn_part(i, shares(0.2, 0.1));
    const Split with_more = drawn_part(i, shares(0.2, 0.3));
    EXPECT_EQ(before == Split::validation, with_test == Split::validation);
    EXPECT_EQ(before == Split::validation, with_more == Split::validation);
    EXPECT_EQ(with_test == Split::test, drawn_part(i, shares(0.4, 0.1)) == Split::test);
    EXPECT_TRUE(with_test != Split::test || with_more == Split::test);
    auto files = shares(0.2, 0.1);
    files.validation_text = {"validation.txt"};
    const Split of_files = drawn_part(i, files);
    EXPECT_EQ(of_files, with_test == Split::validation ? Split::training : with_test);
  }
}

std::array<int, 3> sizes(const DataOptions& options, std::int64_t count) {
  const DocumentParts parts(options, count);
  std::array<int, 3> sizes = {};
  for (std::int64_t i = 0; i < count; ++i) ++sizes[static_cast<std::size_t>(parts.of(i))];
  return sizes;
}

TEST(DocumentPartsTest, FewDocumentsAreGivenInTurn) {
  const auto few = shares(1e-9, 1e-9);
  EXPECT_EQ(sizes(few, 1), (std::array<int, 3>{1, 0, 0}));
  EXPECT_EQ(sizes(few, 2), (std::array<int, 3>{1, 1, 0}));
  EXPECT_EQ(sizes(few, 5), (std::array<int, 3>{3, 1, 1}));
  EXPECT_EQ(DocumentParts(few, 5).of(4), Split::validation);
  EXPECT_EQ(DocumentParts(few, 5).of(3), Split::test);
  EXPECT_TRUE(DocumentParts(few, 1).lacks(Split::validation));
  EXPECT_TRUE(DocumentParts(few, 2).lacks(Split::test));
  EXPECT_FALSE(DocumentParts(few, 2).lacks(Split::validation));
  EXPECT_FALSE(DocumentParts(few, 2).lacks(Split::training));
  EXPECT_EQ(sizes(shares(0, 0), 5), (std::array<int, 3>{5, 0, 0}));
  // Where the hash gives the test all but one, validation has one of them.
  auto most = shares(1e-9, 0.49);
  while (drawn_part(0, most) != Split::training || drawn_part(1, most) != Split::test)
    ++most.split_seed;
  EXPECT_EQ(sizes(most, 2), (std::array<int, 3>{1, 1, 0}));
  EXPECT_TRUE(DocumentParts(most, 2).lacks(Split::test));
  EXPECT_FALSE(DocumentParts(shares(0, 0), 1).lacks(Split::test));
}

TEST(DocumentPartsTest, ManyDocumentsAreAsDrawn) {
  const auto options = shares(0.2, 0.1);
  const std::int64_t enough = DocumentParts::telling_count(options);
  EXPECT_GT(enough, 0);
  EXPECT_LT(enough, 200);
  const DocumentParts some(options, enough), more(options, 1000);
  for (std::int64_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(more.of(i), drawn_part(i, options));
    EXPECT_EQ(some.of(i), more.of(i));
  }
  EXPECT_EQ(DocumentParts::telling_count(shares(0, 0)), 0);
}

}  // namespace
}  // namespace roformer::data
