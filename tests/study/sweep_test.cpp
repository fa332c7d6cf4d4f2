#include "roformer/study/sweep.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "roformer/base/error.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::study {
namespace {

using tests::error_message;
using tests::has_text;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(ParseAxis, CommasDivideValuesOutsideBracketsAndQuotes) {
  EXPECT_EQ(parse_axis("optimizer.learning_rate=5e-4, 1e-3,2e-3").key, "optimizer.learning_rate");
  EXPECT_EQ(parse_axis("a.b=5e-4, 1e-3,2e-3").values,
            (std::vector<std::string>{"5e-4", "1e-3", "2e-3"}));
  EXPECT_EQ(parse_axis("a.b=[1, 2],[3],'x,y'").values,
            (std::vector<std::string>{"[1, 2]", "[3]", "'x,y'"}));
  EXPECT_EQ(parse_axis("a.b=c=d").values, std::vector<std::string>{"c=d"});
}

TEST(ParseAxis, WhatIsMissingIsNamed) {
  const auto message = [](const char* text) { return error_message([&] { parse_axis(text); }); };
  EXPECT_TRUE(has_text(message("optimizer.learning_rate"), "section.key=VALUE"));
  EXPECT_TRUE(has_text(message("=1,2"), "section.key=VALUE"));
  EXPECT_TRUE(has_text(message("a.b="), "expected values"));
  EXPECT_TRUE(has_text(message("a.b=1,,2"), "expected values"));
  EXPECT_TRUE(has_text(message("a.b=1,2,1"), "1 twice"));
}

TEST(GridPoints, AllCombinationsWithNamesOfTheirOwn) {
  const std::vector<GridAxis> grid = {{"model.hidden_size", {"8", "16"}},
                                      {"optimizer.learning_rate", {"1e-3", "2e-3"}}};
  const auto points = grid_points(grid);
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[0].changes,
            (std::vector<std::string>{"model.hidden_size=8", "optimizer.learning_rate=1e-3"}));
  EXPECT_EQ(points[1].name, "hidden_size 8, learning_rate 2e-3");
  EXPECT_EQ(folder_name(points[2], grid), "hidden_size-16-learning_rate-1e-3");
  const std::vector<GridAxis> alike = {{"stage.0.steps", {"1"}}, {"stage.1.steps", {"2"}}};
  EXPECT_EQ(grid_points(alike)[0].name, "stage.0.steps 1, stage.1.steps 2");
}

TEST(FolderName, ValuesThatLookAlikeHaveFoldersOfTheirOwn) {
  const std::vector<GridAxis> grid = {{"a.b", {"x/y", "x y", "x_y", std::string(200, 'z')}}};
  std::set<std::string> names;
  for (const auto& point : grid_points(grid)) {
    const std::string name = folder_name(point, grid);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(name.find_first_of("/ "), std::string::npos) << name;
    EXPECT_LT(name.size(), 100u);
  }
}

SweepPoint with_losses(std::vector<double> losses) {
  SweepPoint point;
  point.validation = std::move(losses);
  point.failures.resize(point.validation.size());
  return point;
}

TEST(Choose, TheBestMeanOfPointsWithAllSeeds) {
  const train::DecidingFigure loss{}, f1{"f1", true};
  const std::vector<SweepPoint> points = {with_losses({3, 3}), with_losses({1, 4}),
                                          with_losses({2, 4})};
  EXPECT_EQ(choose(points, loss), 1u);
  EXPECT_EQ(choose(points, f1), 0u);
  for (const auto& figure : {loss, f1}) {
    EXPECT_EQ(choose({with_losses({2}), with_losses({2})}, figure), 0u);
    EXPECT_EQ(choose({with_losses({9, 9}), with_losses({1, kNan})}, figure), 0u);
  }
  auto failed = with_losses({kNan});
  failed.failures[0] = "a finite loss";
  EXPECT_TRUE(has_text(error_message([&] { choose({failed}, loss); }), "a finite loss"));
}

class SweepRefusalTest : public testing::Test {
 protected:
  std::string refusal(const std::vector<GridAxis>& grid,
                      const std::vector<std::string>& changes = {}) {
    SweepOptions options;
    options.recipe =
        files_.write("recipe.toml", tests::tiny_language_recipe(files_, "masked_lm")).string();
    options.grid = grid;
    options.changes = changes;
    options.out = files_.file("out");
    options.program = "/bin/false";
    return error_message([&] { run_sweep(options); });
  }
  // Of one that reads no text.
  void expect_early(const std::string& message, const std::string& part) {
    EXPECT_TRUE(has_text(message, part)) << message;
    EXPECT_FALSE(std::filesystem::exists(files_.file("out"))) << message;
    EXPECT_FALSE(std::filesystem::exists(files_.file("cache"))) << message;
  }
  tests::TestFolder files_;
};

TEST_F(SweepRefusalTest, KeysThatCannotBeSwept) {
  expect_early(refusal({}), "--grid KEY=VALUE");
  expect_early(refusal({{"optimizer.learning_rat", {"1", "2"}}}), "did you mean 'learning_rate'");
  expect_early(refusal({{"optimizer.learning_rate", {"1e-3", "-1"}}}), "learning_rate");
  expect_early(refusal({{"optimizer.beta1", {"0.8"}}}, {"optimizer.beta1=0.9"}), "but got both");
  expect_early(refusal({{"optimizer.beta1", {"0.8"}}, {"optimizer.beta1", {"0.9"}}}), "once");
  expect_early(refusal({{"run.seed", {"1", "2"}}}), "--seeds");
  expect_early(refusal({{"optimizer.beta1", {"0.8"}}}, {"run.seed=1"}), "run.seed");
  expect_early(refusal({{"checkpoint.every", {"1", "2"}}}), "changes what is learned");
  expect_early(refusal({{"optimizer.beta1", {"0.8", "0.80"}}}), "the same recipe");
}

TEST_F(SweepRefusalTest, PointsThatAreNotScoredAlike) {
  expect_early(refusal({{"data.validation_share", {"0.1", "0.2"}}}), "scored alike");
  expect_early(refusal({{"evaluate.sequences", {"5", "6"}}}), "scored alike");
  expect_early(refusal({{"stage.0.length", {"8", "16"}}}), "--set evaluate.length=N");
}

TEST_F(SweepRefusalTest, ATextWithoutATestPart) {
  const auto message = refusal({{"optimizer.beta1", {"0.8", "0.9"}}}, {"data.test_share=0"});
  EXPECT_TRUE(has_text(message, "none in the test part")) << message;
  EXPECT_FALSE(std::filesystem::exists(files_.file("out") / "beta1-0.8-seed0"));
}

TEST_F(SweepRefusalTest, WhereEveryRunFailsItIsAnError) {
  const auto message = refusal({{"optimizer.beta1", {"0.8", "0.9"}}});
  EXPECT_TRUE(has_text(message, "a run that failed: exit status 1")) << message;
}

}  // namespace
}  // namespace roformer::study
