// The losses at all places are those of the evaluation.
#include "roformer/study/loss_by_position.h"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/train/task.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::study {
namespace {

class LossByPositionTest : public testing::Test {
 protected:
  tests::TestFolder files_;
};

TEST_F(LossByPositionTest, TheirMeanIsTheEvaluationsLoss) {
  for (const auto& text :
       {tests::tiny_language_recipe(files_, "masked_lm"),
        tests::tiny_language_recipe(files_, "causal_lm"), tests::tiny_byte_recipe(files_)}) {
    for (const std::int64_t length : {16, 40}) {  // of training, and longer
      const auto recipe =
          tests::read_tiny(files_, text, {fmt::format("evaluate.length={}", length)});
      const auto task = task::open_material(recipe)->make_task(recipe, torch::kCPU);
      const auto losses = losses_by_position(*task, data::Split::validation, length);
      const auto figures = train::evaluate(*task, data::Split::validation);
      EXPECT_NEAR(losses.whole().loss, figures.front().second, 1e-6) << recipe.task << length;
      const PositionBin first = losses.bin(0, 7), second = losses.bin(7, length);
      EXPECT_EQ(first.targets + second.targets, losses.whole().targets);
      EXPECT_NEAR(first.loss * static_cast<double>(first.targets) +
                      second.loss * static_cast<double>(second.targets),
                  losses.whole().loss * static_cast<double>(losses.whole().targets), 1e-6);
    }
  }
}

TEST_F(LossByPositionTest, AnotherTaskIsRefused) {
  const auto recipe = tests::read_tiny(files_, tests::tiny_translation_recipe(files_));
  const auto task = task::open_material(recipe)->make_task(recipe, torch::kCPU);
  EXPECT_TRUE(tests::has_text(
      tests::error_message([&] { losses_by_position(*task, data::Split::validation, 16); }),
      "expected a language model"));
}

TEST(PositionLossesTest, ByHand) {
  PositionLosses losses(4);
  losses.add(torch::tensor({0, 1, 1}), torch::tensor({1.0, 2.0, 4.0}));
  losses.add(torch::tensor({0}), torch::tensor({2.0}));
  EXPECT_EQ(losses.bin(0, 1).targets, 2);
  EXPECT_DOUBLE_EQ(losses.bin(0, 1).loss, 1.5);
  EXPECT_NEAR(losses.bin(0, 1).standard_error, 0.5, 1e-12);  // deviation sqrt(0.5) over sqrt(2)
  EXPECT_DOUBLE_EQ(losses.whole().loss, 2.25);
  EXPECT_EQ(losses.bin(2, 4).targets, 0);
  EXPECT_TRUE(std::isnan(losses.bin(2, 4).loss));
}

TEST(BinEdges, TheTrainingLengthIsOne) {
  EXPECT_EQ(bin_edges(8, 4, 16), (std::vector<std::int64_t>{0, 2, 4, 6, 8, 10, 12, 14, 16}));
  EXPECT_EQ(bin_edges(10, 4, 13), (std::vector<std::int64_t>{0, 2, 5, 7, 10, 12, 13}));
  EXPECT_EQ(bin_edges(2, 16, 3), (std::vector<std::int64_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace roformer::study
