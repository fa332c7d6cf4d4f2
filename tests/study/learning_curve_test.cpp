#include "roformer/study/learning_curve.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

std::filesystem::path write_run(const tests::TestFolder& folder, const std::string& name,
                                double last) {
  folder.write(
      name + "/metrics.jsonl",
      fmt::format("{{\"kind\": \"evaluation\", \"step\": 0, \"loss\": 5, \"accuracy\": 0}}\n"
                  "{{\"kind\": \"training\", \"step\": 5, \"loss\": 4}}\n"
                  "{{\"kind\": \"training\", \"step\": 10, \"loss\": 2}}\n"
                  "{{\"kind\": \"evaluation\", \"step\": 10, \"loss\": {}, \"accuracy\": "
                  "0.5}}\n",
                  last));
  return folder.file(name);
}

TEST(LearningCurveTest, MeanDeviationAndUnit) {
  const tests::TestFolder folder;
  const std::vector<std::filesystem::path> runs = {write_run(folder, "a", 2),
                                                   write_run(folder, "b", 3)};
  const auto curve = mean_curve("A", runs, {"bits", "bits", 10});
  ASSERT_EQ(curve.points.size(), 2u);
  EXPECT_DOUBLE_EQ(curve.points[1].training_loss, 30);
  EXPECT_DOUBLE_EQ(curve.points[1].held_out_loss, 25);
  EXPECT_DOUBLE_EQ(curve.deviation[1].held_out_loss, std::sqrt(50.0));  // 20 and 30
  EXPECT_EQ(curve.seeds, 2);
  EXPECT_DOUBLE_EQ(curve.points[1].held_out_accuracy, 0.5);
  EXPECT_EQ(final_losses(runs), (std::vector<double>{2, 3}));
}

// What "±" means stands in the head of the table that has it.
TEST(LearningCurveTest, TheTableSaysWhatItsDeviationIs) {
  const tests::TestFolder folder;
  const auto a = write_run(folder, "a", 2), b = write_run(folder, "b", 3);
  const auto several = side_by_side(mean_curve("A", {a, b}), mean_curve("B", {b, b}));
  EXPECT_EQ(several.caption, "mean ± standard deviation over 2 seeds");
  EXPECT_EQ(several.rows[1][3], "2.500 ± 0.707");
  EXPECT_EQ(several.rows[1][4], "3.000 ± 0.000");
  const auto one = side_by_side(mean_curve("A", {a}), mean_curve("B", {b}));
  EXPECT_EQ(one.caption, "");
  EXPECT_EQ(one.rows[1][3], "2.000");
  EXPECT_EQ(one.rows[0][1], "") << "no training before step 0";
}

// Differences 0.1, 0.2, 0.3: mean 0.2, standard deviation 0.1, standard error 0.1 / √3 = 0.0577.
TEST(LearningCurveTest, FinalVerdictCountsPairedStandardErrors) {
  const std::string text =
      final_verdict("A", {1.0, 1.5, 2.0}, "B", {1.1, 1.7, 2.3}, {"bits", "", 1});
  EXPECT_TRUE(tests::has_text(text, "A is lower by 0.2000")) << text;
  EXPECT_TRUE(tests::has_text(text, "3.5 standard errors of 0.0577, 3 seeds")) << text;
  EXPECT_TRUE(
      tests::has_text(final_verdict("A", {1.2}, "B", {1.1}), "B is lower by 0.1000 (one run"));
  EXPECT_TRUE(tests::has_text(final_verdict("A", {1, 1}, "B", {2, 2}), "the same in all 2 seeds"));
  EXPECT_TRUE(tests::has_text(final_verdict("A", {1}, "B", {1}), "equal"));
  EXPECT_NE(tests::error_message([] { final_verdict("A", {1}, "B", {}); }), "no error");
}

// 2, 4, 4, 4, 5, 5, 7, 9: squares of the differences from 5 sum to 32.
TEST(Statistics, MeanDeviationAndError) {
  const std::vector<double> values = {2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_DOUBLE_EQ(mean_of(values), 5);
  EXPECT_DOUBLE_EQ(standard_deviation(values), std::sqrt(32.0 / 7));
  EXPECT_DOUBLE_EQ(standard_error(values), std::sqrt(32.0 / 7 / 8));
  EXPECT_DOUBLE_EQ(standard_deviation({3, 3}), 0);
}

TEST(Statistics, OneValueHasNoDeviation) {
  EXPECT_DOUBLE_EQ(mean_of({3}), 3);
  EXPECT_TRUE(std::isnan(standard_deviation({3})));
  EXPECT_TRUE(std::isnan(standard_error({3})));
}

}  // namespace
}  // namespace roformer::study
