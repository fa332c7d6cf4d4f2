#include "roformer/study/figure3_left.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
#include "roformer/study/studies.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

Figure3LeftResult result() {
  Figure3LeftResult result;
  result.scale = "tiny";
  result.data = "some text";
  result.guess = {0.125, 0.25};
  result.roformer = {"RoFormer", {{0, 0, 5, 0.01}, {10, 3, 2, 0.5}}, {{}, {}}, {}};
  result.bert = {"BERT", {{0, 0, 5, 0.01}, {10, 3.5, 2.5, 0.375}}, {{}, {}}, {}};
  result.arms = {{"roformer", "RoFormer", 0.002, std::nullopt, {{2}, {2.25}}},
                 {"bert", "BERT", 0.002, std::nullopt, {{2.5}, {2.75}}}};
  result.verdicts = {"At the end all is well."};
  result.sentences = {{"a [MASK] sentence", "whole"}};
  result.roformer_answers = {quoted_guesses({"whole", ",", "."})};
  result.bert_answers = {quoted_guesses({"long"})};
  result.recipes = {{"RoFormer", "[model]\n"}};
  result.sources = {"roformer reproduce figure3-left", {{"BERT", "bert"}}};
  return result;
}

// Package descriptions are not what the paper learned from.
TEST(Figure3LeftStudy, AtThePapersSizeItAsksForText) {
  const tests::TestFolder folder;
  StudyOptions options;
  options.scale = "paper";
  options.out = folder.file("out");
  options.changes = {"data.cache=" + folder.file("cache").string()};
  const auto message = tests::error_message([&] { reproduce_figure3_left(options); });
  EXPECT_TRUE(tests::has_text(message, "no bookcorpus")) << message;
  EXPECT_TRUE(tests::has_text(message, "--set data.text=FILES")) << message;
  EXPECT_FALSE(std::filesystem::exists(options.out));
}

TEST(Figure3LeftReport, BothModelsStandBesideCounting) {
  const auto table = proportion_table(result());
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(table.rows[0][1], "12.5 %");
  EXPECT_EQ(table.rows[1][1], "25.0 %");
  EXPECT_EQ(table.rows[2], (std::vector<std::string>{"BERT", "37.5 %"}));
  EXPECT_EQ(table.rows[3], (std::vector<std::string>{"RoFormer", "50.0 %"}));
}

TEST(Figure3LeftReport, SeveralSeedsHaveIntervals) {
  auto of_seeds = result();
  of_seeds.roformer.seeds = of_seeds.bert.seeds = 3;
  of_seeds.roformer.half_width.back().held_out_accuracy = 0.0125;
  const auto table = proportion_table(of_seeds);
  EXPECT_EQ(table.rows[3][1], "50.0 ± 1.2 %");
  EXPECT_TRUE(tests::has_text(table.caption, "95 % interval")) << table.caption;
}

TEST(Figure3LeftReport, SentencesWithTheAnswersOfBoth) {
  EXPECT_EQ(sentence_table(result()).rows,
            (std::vector<std::vector<std::string>>{
                {"a [MASK] sentence", "whole", "“whole” “,” “.”", "“long”"}}));
}

TEST(Figure3LeftReport, AGuessedCommaIsNoSeparator) {
  EXPECT_EQ(quoted_guesses({"the", ",", "."}), "“the” “,” “.”");
  EXPECT_EQ(quoted_guesses({}), "");
}

TEST(Figure3LeftReport, ThePageHasThemAll) {
  const tests::TestFolder folder;
  write_result(result(), folder.file("report.html"));
  const std::string page = base::read_file(folder.file("report.html"));
  for (const char* part : {"tiny scale", "some text", "all is well", "37.5 %", "a [MASK] sentence",
                           "[model]", "<pre>roformer reproduce figure3-left</pre>",
                           "./bert/metrics.jsonl", "test loss", "2.250", "-0.500"})
    EXPECT_TRUE(tests::has_text(page, part)) << part;
  EXPECT_FALSE(tests::has_text(page, "UNFIT"));
}

// Nobody may read on without having read that.
TEST(Figure3LeftReport, WhatIsUnfitSaysSoFirst) {
  const tests::TestFolder folder;
  auto wrong = result();
  wrong.unfit = "UNFIT: BERT must lie below.";
  write_result(wrong, folder.file("report.html"));
  const std::string page = base::read_file(folder.file("report.html"));
  EXPECT_TRUE(tests::has_text(page, "<title>UNFIT: Figure 3, left")) << page;
  EXPECT_LT(page.find("BERT must lie below."), page.find("all is well"));
}

TEST(Figure3LeftStudy, ControlsDifferFromBertInTheirPositionsAlone) {
  const auto arms = figure3_left_arms();
  ASSERT_EQ(arms.size(), 4u);
  EXPECT_EQ(arms[0].key, "roformer");
  EXPECT_EQ(arms[1].key, "bert");
  for (std::size_t i = 2; i < arms.size(); ++i) {
    EXPECT_EQ(arms[i].recipe, arms[1].recipe);
    EXPECT_EQ(arms[i].changes, std::vector<std::string>{"model.position_encoding=" + arms[i].key});
  }
}

TEST(Figure3LeftStudy, BothSidesAreNeeded) {
  StudyOptions options;
  options.only = {"roformer", "none"};
  const auto message = tests::error_message([&] { reproduce_figure3_left(options); });
  EXPECT_TRUE(tests::has_text(message, "--only to keep roformer and bert")) << message;
}

}  // namespace
}  // namespace roformer::study
