#include "roformer/study/figure3_left.h"

#include <gtest/gtest.h>

#include "roformer/base/file.h"
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
  result.sentences = {{"a [MASK] sentence", "whole"}};
  result.roformer_answers = {quoted_guesses({"whole", ",", "."})};
  result.bert_answers = {quoted_guesses({"long"})};
  result.recipes = {{"RoFormer", "[model]\n"}};
  result.sources = {"roformer reproduce figure3-left", {{"BERT", "bert"}}};
  return result;
}

TEST(Figure3LeftReport, BothModelsStandBesideCounting) {
  const auto table = proportion_table(result());
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(table.rows[0][1], "12.5 %");
  EXPECT_EQ(table.rows[1][1], "25.0 %");
  EXPECT_EQ(table.rows[2], (std::vector<std::string>{"BERT", "37.5 %"}));
  EXPECT_EQ(table.rows[3], (std::vector<std::string>{"RoFormer", "50.0 %"}));
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
  for (const char* part : {"tiny scale", "some text", "37.5 %", "a [MASK] sentence", "[model]",
                           "<pre>roformer reproduce figure3-left</pre>", "./bert/metrics.jsonl"})
    EXPECT_TRUE(tests::has_text(page, part)) << part;
}

}  // namespace
}  // namespace roformer::study
