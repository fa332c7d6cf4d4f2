#include "roformer/study/learning_curve.h"

#include <gtest/gtest.h>

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

TEST(LearningCurveTest, MeanIntervalAndUnit) {
  const tests::TestFolder folder;
  const std::vector<std::filesystem::path> runs = {write_run(folder, "a", 2),
                                                   write_run(folder, "b", 3)};
  const auto curve = mean_curve("A", runs, {"bits", "bits", 10});
  ASSERT_EQ(curve.points.size(), 2u);
  EXPECT_DOUBLE_EQ(curve.points[1].training_loss, 30);
  EXPECT_DOUBLE_EQ(curve.points[1].held_out_loss, 25);
  // 20 and 30: t(0.975, 1) · √50 / √2.
  EXPECT_NEAR(curve.half_width[1].held_out_loss, 12.706204736174694 * 5, 1e-9);
  EXPECT_EQ(curve.seeds, 2);
  EXPECT_DOUBLE_EQ(curve.points[1].held_out_accuracy, 0.5);
  EXPECT_EQ(final_losses(runs), (std::vector<double>{2, 3}));
}

// What "±" means stands in the head of the table that has it.
TEST(LearningCurveTest, TheTableSaysWhatItsIntervalIs) {
  const tests::TestFolder folder;
  const auto a = write_run(folder, "a", 2), b = write_run(folder, "b", 3);
  const auto several = side_by_side(mean_curve("A", {a, b}), mean_curve("B", {b, b}));
  EXPECT_EQ(several.caption, "mean ± half of its 95 % interval (Student's t), two seeds");
  EXPECT_EQ(several.rows[1][3], "2.500 ± 6.353");
  EXPECT_EQ(several.rows[1][4], "3.000 ± 0.000");
  const auto one = side_by_side(mean_curve("A", {a}), mean_curve("B", {b}));
  EXPECT_EQ(one.caption, "");
  EXPECT_EQ(one.rows[1][3], "2.000");
  EXPECT_EQ(one.rows[0][1], "") << "no training before step 0";
}

}  // namespace
}  // namespace roformer::study
