#include "roformer/labelled/chinese_pairs.h"

#include <set>

#include "tests/labelled/labelled_test_files.h"

namespace roformer::labelled {
namespace {

using data::Split;
using tests::error_message;
using tests::has_text;

LabelledOptions options_of(const std::string& set, const tests::TestFolder& folder) {
  LabelledOptions options;
  options.pairs = set;
  options.folder = folder.file("pairs").string();
  return options;
}

// Rows of three fields without a header: "a1 TAB b1 TAB 0".
std::string rows(const std::string& mark, int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += mark + "a" + std::to_string(i) + "\t" + mark + "b" + std::to_string(i) + "\t" +
            std::to_string(i % 2) + "\n";
  return text;
}

TEST(ChinesePairs, NamesInAnyCase) {
  EXPECT_EQ(chinese_pairs("lcqmc").name, "LCQMC");
  EXPECT_EQ(chinese_pairs("PAWSX").name, "PAWS-X");
  EXPECT_TRUE(chinese_pairs("sts-b").is_regression);
  EXPECT_TRUE(has_text(error_message([] { chinese_pairs("LCQMD"); }), "LCQMC"));
}

TEST(ChinesePairs, AWholeSetKeepsItsParts) {
  const tests::TestFolder folder;
  folder.write("pairs/stsb/sts-b-train.txt", rows("t", 5));
  folder.write("pairs/stsb/sts-b-dev.txt", rows("d", 3));
  folder.write("pairs/stsb/sts-b-test.txt", rows("e", 2));
  const LabelledParts parts = chinese_parts(options_of("STS-B", folder));
  EXPECT_EQ(parts.of(Split::training).examples.size(), 5u);
  EXPECT_EQ(parts.of(Split::validation).examples.size(), 3u);
  ASSERT_EQ(parts.of(Split::test).examples.size(), 2u);
  const Example& last = parts.of(Split::test).examples[1];
  EXPECT_EQ(last.text, "ea1");
  EXPECT_EQ(last.text_pair, "eb1");
  EXPECT_EQ(last.label, "1");
  EXPECT_EQ(last.line, 2);
}

TEST(ChinesePairs, WithoutALabelledTestDevIsCutInHalves) {
  const tests::TestFolder folder;
  folder.write("pairs/afqmc/train.txt", rows("t", 5));
  folder.write("pairs/afqmc/dev.txt", rows("d", 60));
  const LabelledParts parts = chinese_parts(options_of("AFQMC", folder));
  const auto held_out = parts.of(Split::validation).examples.size();
  EXPECT_GT(held_out, 10u);
  EXPECT_EQ(held_out + parts.of(Split::test).examples.size(), 60u);
}

TEST(ChinesePairs, WithoutATrainingPartDevIsLearnedFrom) {
  const tests::TestFolder folder;
  folder.write("pairs/bq/dev.csv", "\xEF\xBB\xBFsentence1,sentence2,label\n\"a, b\",c,1\n" +
                                       std::string("d,e,0\nf,g,0\nh,i,1\nj,k,0\nl,m,1\n"));
  folder.write("pairs/bq/test.csv", "sentence1,sentence2,label\nx,y,1\n");
  LabelledOptions options = options_of("BQ", folder);
  options.validation_share = 0.4;
  const LabelledParts parts = chinese_parts(options);
  EXPECT_EQ(parts.of(Split::test).examples.size(), 1u);
  EXPECT_EQ(parts.of(Split::training).examples.size() + parts.of(Split::validation).examples.size(),
            6u);
  EXPECT_TRUE(has_text(parts.origin, "whose training part is not handed out")) << parts.origin;
}

TEST(ChinesePairs, OneFileIsCutByConnectedTextsAndItsSecondMarkIsNoText) {
  const tests::TestFolder folder;
  std::string text = "\xEF\xBB\xBF";
  for (int i = 0; i < 60; ++i)  // three texts in turn meet three others: one component each ten
    text += std::to_string(i + 1) + "\t" + (i == 0 ? "\xEF\xBB\xBF" : "") + "p" +
            std::to_string(i / 3) + "\tq" + std::to_string(i) + "\t" + std::to_string(i % 2) + "\n";
  folder.write("pairs/atec/atec_nlp_sim_train.csv", text);
  LabelledOptions options = options_of("ATEC", folder);
  options.validation_share = options.test_share = 0.25;
  const LabelledParts parts = chinese_parts(options);
  std::map<std::string, std::set<Split>> where;
  for (const Split split : {Split::training, Split::validation, Split::test})
    for (const Example& example : parts.of(split).examples) where[example.text].insert(split);
  EXPECT_EQ(where.size(), 20u);
  EXPECT_EQ(where.count("p0"), 1u) << "the mark is gone";
  for (const auto& [name, splits] : where) EXPECT_EQ(splits.size(), 1u) << name;
}

TEST(ChinesePairs, WhatIsMissingOrOddIsNamed) {
  const tests::TestFolder folder;
  EXPECT_TRUE(has_text(error_message([&] { chinese_parts(options_of("LCQMC", folder)); }),
                       "test.txt of LCQMC (packed or not) in "));
  folder.write("pairs/lcqmc/test.txt", rows("t", 1));
  folder.write("pairs/lcqmc/dev.txt", rows("d", 1) + "one\ttwo\n");
  EXPECT_TRUE(has_text(error_message([&] { chinese_parts(options_of("LCQMC", folder)); }),
                       "dev.txt:2: expected 3 fields"));
}

}  // namespace
}  // namespace roformer::labelled
