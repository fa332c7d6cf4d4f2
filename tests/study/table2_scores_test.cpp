#include "roformer/study/table2_scores.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

using tests::has_text;

constexpr std::size_t kExamples = 200;

// Right on all examples but those whose number is a multiple of `wrong_every`.
task::LabelAnswers answers(std::size_t wrong_every) {
  task::LabelAnswers made{{}, {}, 2};
  for (std::size_t i = 0; i < kExamples; ++i) {
    const double gold = i % 2 == 0;
    made.gold.push_back(gold);
    made.answers.push_back(i % wrong_every == 0 ? 1 - gold : gold);
  }
  return made;
}

FineTuned side(std::size_t wrong_every, std::vector<double> validation) {
  FineTuned tuned;
  tuned.rates = {{2e-5, {0.5, 0.5}}, {4e-5, std::move(validation)}};
  tuned.chosen = 1;
  for (int seed = 0; seed < 2; ++seed) {
    tuned.test.push_back(answers(wrong_every));
    tuned.test_figures.push_back(
        task::figure_of(task::label_figures(tuned.test.back()), "accuracy"));
  }
  return tuned;
}

Table2Row row(std::size_t roformer, std::size_t bert) {
  Table2Row made{
      "SST-2", "accuracy", 93.5, 90.7, side(roformer, {0.9, 0.8}), side(bert, {0.7, 0.7})};
  made.p_by_examples = example_p_value(made);
  return made;
}

TEST(Table2ScoresTest, ExamplesTellApartWhatDiffersInMany) {
  EXPECT_LT(example_p_value(row(20, 4)), 0.01);  // 5 % wrong beside 25 %
  EXPECT_GT(example_p_value(row(20, 19)), 0.3);
  EXPECT_EQ(example_p_value(row(7, 7)), 1);
}

TEST(Table2ScoresTest, VerdictsSayWhoIsAhead) {
  const auto ahead = table2_verdicts({row(20, 4)});
  EXPECT_TRUE(has_text(ahead.front(), "ahead by examples (p < 0.05, each row for itself) on SST-2"))
      << ahead.front();
  EXPECT_TRUE(has_text(table2_verdicts({row(4, 20)}).front(), "BERT on SST-2"));
  EXPECT_TRUE(has_text(table2_verdicts({row(20, 19)}).front(), "not told apart: SST-2"));
}

TEST(Table2ScoresTest, TablesHoldBothProtocols) {
  const std::vector<Table2Row> rows = {row(20, 4)};
  const auto paper = paper_protocol_table(rows), clean = clean_protocol_table(rows);
  EXPECT_EQ(paper.rows.at(0).at(1), "93.5");
  EXPECT_TRUE(has_text(paper.rows.at(0).at(4), "85.00")) << "the mean of 0.9 and 0.8";
  EXPECT_EQ(clean.rows.at(0).at(1), "200");
  EXPECT_TRUE(has_text(clean.rows.at(0).at(3), "95.00"));
  const auto rates = rates_table(rows);
  EXPECT_EQ(rates.rows.at(0).at(3), "70.00 *");
  EXPECT_EQ(rates.rows.at(0).at(2), "50.00");
}

TEST(Table2ScoresTest, NumbersAreKept) {
  const auto json = to_json({row(20, 4)});
  EXPECT_EQ(json.at(0).at("roformer").at("chosen_rate"), 4e-5);
  EXPECT_EQ(json.at(0).at("bert").at("test").size(), 2u);
}

}  // namespace
}  // namespace roformer::study
