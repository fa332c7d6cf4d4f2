#include "roformer/task/material.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/base/file.h"
#include "roformer/train/metrics_log.h"
#include "tests/task/tiny_recipes.h"

namespace roformer::task {
namespace {

namespace fs = std::filesystem;

// The losses of a log, of both kinds.
std::vector<double> losses(const fs::path& run) {
  std::vector<double> values;
  for (const auto& line : train::read_metrics(run / "metrics.jsonl"))
    values.push_back(line["loss"]);
  return values;
}

class RunTrainingTest : public testing::Test {
 protected:
  train::Outcome train(const Recipe& recipe, const std::string& name, bool resume = false) const {
    train::RunFolder folder(files_.path() / name, resume);
    return run_training(recipe, *open_material(recipe), folder, torch::kCPU);
  }
  tests::TestFolder files_;
};

TEST_F(RunTrainingTest, EveryKindLearnsAndLeavesAWholeFolder) {
  for (const auto& text :
       {tests::tiny_language_recipe(files_, "masked_lm"),
        tests::tiny_language_recipe(files_, "causal_lm"), tests::tiny_byte_recipe(files_),
        tests::tiny_translation_recipe(files_)}) {
    const Recipe recipe = tests::read_tiny(files_, text, {"stage.0.steps=60", "evaluate.every=60"});
    fs::remove_all(files_.path() / "run");
    EXPECT_EQ(train(recipe, "run").step, 60);
    const auto found = losses(files_.path() / "run");
    ASSERT_EQ(found.size(), 62u) << recipe.task;
    EXPECT_LT(found.back(), found.front()) << recipe.task;
    for (const char* file : {"config.json", "model.safetensors", "report.html", "recipe.toml"})
      EXPECT_TRUE(fs::exists(files_.path() / "run" / file)) << recipe.task << file;
    EXPECT_EQ(read_recipe(files_.path() / "run" / "recipe.toml").training.recipe,
              recipe.training.recipe);
  }
}

TEST_F(RunTrainingTest, ARunIsAFunctionOfItsRecipe) {
  for (const auto& text :
       {tests::tiny_language_recipe(files_, "masked_lm"), tests::tiny_byte_recipe(files_),
        tests::tiny_translation_recipe(files_)}) {
    const Recipe recipe = tests::read_tiny(files_, text, {"stage.0.accumulate=2"});
    for (const char* name : {"one", "two"}) {
      fs::remove_all(files_.path() / name);
      train(recipe, name);
    }
    EXPECT_EQ(losses(files_.path() / "one"), losses(files_.path() / "two")) << recipe.task;
    EXPECT_EQ(base::read_file(files_.path() / "one" / "model.safetensors"),
              base::read_file(files_.path() / "two" / "model.safetensors"));
    EXPECT_EQ(train(recipe, "one", true).step, 6);  // finished: nothing is done again
    EXPECT_EQ(losses(files_.path() / "one"), losses(files_.path() / "two")) << recipe.task;
  }
}

TEST_F(RunTrainingTest, OtherTextUnderTheSameNamesIsRefused) {
  const std::string text = tests::tiny_language_recipe(files_, "masked_lm");
  train(tests::read_tiny(files_, text), "run");
  files_.write("text.txt", tests::number_text(61, 20, 50));
  const std::string message =
      tests::error_message([&] { train(tests::read_tiny(files_, text), "run", true); });
  EXPECT_TRUE(tests::has_text(message, "content of the text")) << message;
}

TEST_F(RunTrainingTest, AnEvaluationOfNoModelOrADamagedOneIsRefused) {
  const Recipe recipe = tests::read_tiny(files_, tests::tiny_language_recipe(files_, "masked_lm"));
  const fs::path folder = files_.path() / "model";
  const auto refusal = [&] {
    return tests::error_message(
        [&] { evaluate_model(recipe, folder, data::Split::validation, torch::kCPU); });
  };
  EXPECT_TRUE(tests::has_text(refusal(), "expected a checkpoint folder at " + folder.string()));
  const auto task = open_material(recipe)->make_task(recipe, torch::kCPU);
  {
    const torch::NoGradGuard no_gradient;
    for (torch::Tensor& parameter : task->module().parameters()) parameter.fill_(std::nan(""));
  }
  task->save_model(folder);
  const std::string message = refusal();
  EXPECT_TRUE(tests::has_text(message, "expected a finite loss but got nan")) << message;
  EXPECT_TRUE(tests::has_text(message, folder.string())) << message;
}

TEST(CountParameters, CountsEachNumberOnce) {
  const torch::nn::Linear linear(3, 4);
  EXPECT_EQ(count_parameters(*linear), 3 * 4 + 4);
}

}  // namespace
}  // namespace roformer::task
