#include "roformer/study/arm_comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "roformer/report/page.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

using tests::has_text;
using Row = std::vector<std::string>;

ArmResult arm_with(const std::string& key, std::vector<double> test) {
  ArmResult result;
  result.key = key;
  result.name = key == "none" ? "no positions" : key == "bert" ? "BERT" : "RoFormer";
  result.rate = 0.002;
  result.losses = {std::vector<double>(test.size(), 2.0), std::move(test)};
  return result;
}

const Control kTestControl = {"bert", "none", 0.3};

std::optional<std::string> unfit_at(double bert, double none) {
  return unfit({arm_with("bert", {bert}), arm_with("none", {none})}, kTestControl);
}

TEST(ArmComparison, TheSideMustLieBelowItsControl) {
  EXPECT_EQ(unfit_at(4.5, 5), std::nullopt);
  EXPECT_EQ(unfit_at(4.5, 4.75 + 0.0625), std::nullopt);
  const auto near = unfit_at(4.71, 5);
  ASSERT_TRUE(near);
  EXPECT_TRUE(near->starts_with("UNFIT: BERT must lie at least 0.3 below no positions")) << *near;
  EXPECT_TRUE(has_text(*near, "lies 0.290 below (test loss)")) << *near;
  EXPECT_TRUE(has_text(*near, "says nothing about them")) << *near;
  const auto above = unfit_at(5.125, 5);
  ASSERT_TRUE(above);
  EXPECT_TRUE(has_text(*above, "lies 0.125 above (test loss)")) << *above;
}

TEST(ArmComparison, WhatFallsShortIsNotRoundedUp) {
  const auto near = unfit_at(4.0004, 4.3);
  ASSERT_TRUE(near);
  EXPECT_TRUE(has_text(*near, "lies 0.299 below")) << *near;
}

TEST(ArmComparison, OneAmongManyIsRanked) {
  const auto named = [](const std::string& name, std::vector<double> test) {
    ArmResult result = arm_with(name, std::move(test));
    result.name = name;
    return result;
  };
  const std::vector<ArmResult> results = {named("a", {1.9, 2.9, 3.9001}), named("b", {2, 3, 4}),
                                          named("c", {2, 3.1, 3.9}), named("d", {3, 4, 5.0001})};
  EXPECT_EQ(ranking_sentence(results, "b"),
            "Test loss of b 3.000 ± 2.484, three seeds; above it: d (+1.000 ± 0.000, p < 0.001); "
            "below it: a (-0.100 ± 0.000, p < 0.001); not told apart from it: c.");
  EXPECT_TRUE(ranking_sentence(results, "left out").starts_with("Test loss of a "));
  EXPECT_EQ(ranking_sentence({named("x", {1}), named("y", {2})}, "x", {"bits", "", 1}),
            "Test bits of x 1.000, one seed; above it: y (+1.000); below it: none.");
}

// A side that has diverged does not use its positions either.
TEST(ArmComparison, ALossThatIsNoNumberIsUnfit) {
  EXPECT_TRUE(unfit_at(std::numeric_limits<double>::quiet_NaN(), 5));
}

TEST(ArmComparison, TheMeansOverTheSeedsAreWhatCounts) {
  const auto none = arm_with("none", {5, 5, 5});
  EXPECT_EQ(unfit({arm_with("bert", {4, 4, 4.9}), none}, kTestControl), std::nullopt);
  EXPECT_TRUE(unfit({arm_with("bert", {4.5, 4.9, 4.9}), none}, kTestControl));
}

TEST(ArmComparison, AControlLeftOutDecidesNothing) {
  for (const auto& results : {std::vector{arm_with("bert", {9})},
                              std::vector{arm_with("none", {9})}, std::vector<ArmResult>{}}) {
    EXPECT_EQ(unfit(results, kTestControl), std::nullopt);
    EXPECT_EQ(control_sentence(results, kTestControl),
              "The control none was left out: nothing here shows that bert uses its positions.");
  }
}

TEST(ArmComparison, TheControlsSentenceIsWhatTheSeedsCarry) {
  EXPECT_EQ(control_sentence({arm_with("bert", {4.5}), arm_with("none", {5})}, kTestControl),
            "Control: BERT beside no positions on the test part: lower by 0.500 in one seed, which "
            "has no interval; at least 0.3 lower is asked for (loss).");
  const auto three = control_sentence({arm_with("bert", {4, 5, 6}), arm_with("none", {5, 5, 5})},
                                      kTestControl, {"bits", "", 1});
  EXPECT_EQ(three,
            "Control: BERT beside no positions on the test part: not told apart by three seeds: "
            "difference 0.000 [-2.484, 2.484], p 1; at least 0.3 lower is asked for (bits).");
}

TEST(ArmComparison, OneSeedIsSaidToBeOne) {
  EXPECT_EQ(test_verdict(arm_with("roformer", {4}), arm_with("bert", {4.75})),
            "On the test part RoFormer beside BERT: lower by 0.750 in one seed, which has no "
            "interval.");
}

// Student's t of three differences, as scipy.stats.ttest_rel has it.
TEST(ArmComparison, ThreeSeedsAreAPairedTTest) {
  const auto roformer = arm_with("roformer", {1, 2, 3});
  EXPECT_EQ(test_verdict(roformer, arm_with("bert", {1.5, 2.51, 3.5})),
            "On the test part RoFormer beside BERT: lower by 0.503 [0.489, 0.518], p < 0.001, "
            "three seeds.");
  EXPECT_EQ(test_verdict(roformer, arm_with("bert", {1.1, 2.2, 3.3})),
            "On the test part RoFormer beside BERT: not told apart by three seeds: difference "
            "-0.200 [-0.448, 0.048], p 0.074.");
}

TEST(ArmComparison, TheTableOfOneSeed) {
  const auto table =
      result_table({arm_with("roformer", {4}), arm_with("bert", {4.75})}, "bert", {"bits", "", 1});
  EXPECT_EQ(table.caption, "");
  EXPECT_EQ(table.columns,
            (Row{"model", "learning rate", "validation bits", "test bits", "test, less BERT's"}));
  EXPECT_EQ(table.rows, (std::vector<Row>{{"RoFormer", "0.002", "2.000", "4.000", "-0.750"},
                                          {"BERT", "0.002", "2.000", "4.750", ""}}));
}

TEST(ArmComparison, TheTableOfThreeSeedsHasIntervals) {
  const auto table =
      result_table({arm_with("roformer", {1, 2, 3}), arm_with("bert", {1.1, 2.2, 3.3})}, "bert");
  EXPECT_EQ(table.caption, "mean ± half of its 95 % interval (Student's t), three seeds");
  EXPECT_EQ(table.rows[0], (Row{"RoFormer", "0.002", "2.000 ± 0.000", "2.000 ± 2.484",
                                "-0.200 ± 0.248, p 0.074"}));
}

TEST(ArmComparison, WithoutTheReferenceThereIsNoDifference) {
  const auto table = result_table({arm_with("roformer", {4})}, "bert");
  EXPECT_EQ(table.columns.size(), 4u);
  EXPECT_EQ(table.rows, (std::vector<Row>{{"RoFormer", "0.002", "2.000", "4.000"}}));
}

std::vector<ArmResult> tuned_results() {
  auto roformer = arm_with("roformer", {4}), bert = arm_with("bert", {4.75});
  roformer.tuning = Tuning{{{0.001, 2.5}, {0.002, 2}, {0.004, 3}}, 1};
  bert.tuning = Tuning{{{0.001, 2}, {0.002, 2.25}, {0.004, 3}}, 0};
  bert.rate = 0.001;
  return {roformer, bert};
}

TEST(ArmComparison, RatesThatWereChosenAreMarked) {
  const auto table = result_table(tuned_results(), "bert");
  EXPECT_EQ(table.rows[0][1], "0.002 (chosen)");
  EXPECT_EQ(table.rows[1][1], "0.001 (chosen, at the edge)");
}

TEST(ArmComparison, TheTableOfRates) {
  const auto table = tuning_table(tuned_results(), {"bits", "", 10});
  EXPECT_EQ(table.caption,
            "Learning rates tried with seed 0, at equal cost: validation bits; * the chosen one");
  EXPECT_EQ(table.columns, (Row{"model", "0.001", "0.002", "0.004"}));
  EXPECT_EQ(table.rows, (std::vector<Row>{{"RoFormer", "25.000", "20.000 *", "30.000"},
                                          {"BERT", "20.000 *", "22.500", "30.000"}}));
  EXPECT_TRUE(tuning_table({arm_with("bert", {4})}).rows.empty());
}

TEST(ArmComparison, RatesOfOneArmAloneLeaveTheOthersCellsEmpty) {
  auto results = tuned_results();
  results[1].tuning->tried.push_back({0.016, 4});
  const auto table = tuning_table(results);
  EXPECT_EQ(table.rows[0], (Row{"RoFormer", "2.500", "2.000 *", "3.000", ""}));
}

TEST(ArmComparison, ThePageHasBothTables) {
  report::Page tuned("Title"), plain("Title");
  add_results(tuned, tuned_results(), "bert");
  add_results(plain, {arm_with("bert", {4})}, "bert");
  EXPECT_TRUE(has_text(tuned.html(), "At the end") && has_text(tuned.html(), "Learning rates"));
  EXPECT_TRUE(has_text(plain.html(), "At the end"));
  EXPECT_FALSE(has_text(plain.html(), "Learning rates"));
}

TEST(ArmComparison, NumbersForScripts) {
  auto results = tuned_results();
  results[0].runs = {"roformer-rate0.002"};
  results[1] = arm_with("bert", {4, 5, 6});
  const auto json = to_json(results, {"bits", "", 10});
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0]["key"], "roformer");
  EXPECT_EQ(json[0]["name"], "RoFormer");
  EXPECT_EQ(json[0]["learning_rate"], 0.002);
  EXPECT_EQ(json[0]["runs"], (Row{"roformer-rate0.002"}));
  EXPECT_EQ(json[0]["test_bits"], std::vector<double>{4});
  EXPECT_FALSE(json[0].contains("test_interval_95")) << "one seed has none";
  ASSERT_EQ(json[0]["tried"].size(), 3u);
  EXPECT_EQ(json[0]["tried"][2],
            (nlohmann::ordered_json{{"learning_rate", 0.004}, {"validation_loss", 30.0}}));
  EXPECT_EQ(json[1]["validation_bits"], (std::vector<double>{2, 2, 2}));
  EXPECT_NEAR(json[1]["test_interval_95"][0], 5 - 4.302652729749462 / std::sqrt(3), 1e-9);
  EXPECT_FALSE(json[1].contains("tried"));
}

TEST(ArmComparison, ResultsAreFoundByTheirKeys) {
  const std::vector results = {arm_with("roformer", {4}), arm_with("bert", {5})};
  EXPECT_EQ(find_result(results, "bert"), &results[1]);
  EXPECT_EQ(find_result(results, "RoFormer"), nullptr);
}

// Differences 0.1, 0.2, 0.3: 3.5 standard errors, which three seeds may have by chance.
TEST(TestVerdict, IsThatOfThePairedTTest) {
  const auto verdict_of = [](std::vector<double> first, std::vector<double> second) {
    const ArmResult a{"a", "A", 0, std::nullopt, {{}, std::move(first)}},
        b{"b", "B", 0, std::nullopt, {{}, std::move(second)}};
    return test_verdict(a, b);
  };
  EXPECT_EQ(verdict_of({1.0, 1.5, 2.0}, {1.1, 1.7, 2.3}),
            "On the test part A beside B: not told apart by three seeds: difference -0.200 "
            "[-0.448, 0.048], p 0.074.");
  EXPECT_TRUE(tests::has_text(verdict_of({1, 2, 3}, {1.5, 2.51, 3.5}),
                              "A beside B: lower by 0.503 [0.489, 0.518], p < 0.001, three"));
  EXPECT_TRUE(tests::has_text(verdict_of({1.2}, {1.1}),
                              "higher by 0.100 in one seed, which has no interval"));
  EXPECT_TRUE(tests::has_text(verdict_of({1, 1}, {1, 1}), "equal in all two seeds"));
  EXPECT_TRUE(tests::has_text(verdict_of({1}, {1}), "equal"));
  EXPECT_NE(tests::error_message([&] { verdict_of({1}, {}); }), "no error");
}

}  // namespace
}  // namespace roformer::study
