#include "roformer/task/material.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include <cmath>
#include <memory>
#include <sstream>

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
    for (const char* file :
         {"config.json", "model.safetensors", "report.html", "recipe.toml", "README.md"})
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

// What an evaluation by the run's own recipe warns of.
std::string warnings_of_evaluation(const fs::path& run, const fs::path& model) {
  std::ostringstream log;
  const auto before = spdlog::default_logger();
  const auto warnings = std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log));
  warnings->set_level(spdlog::level::warn);
  spdlog::set_default_logger(warnings);
  evaluate_model(read_recipe(run / "recipe.toml"), model, data::Split::validation, torch::kCPU);
  spdlog::set_default_logger(before);
  return log.str();
}

TEST_F(RunTrainingTest, AnEvaluationSaysThatTheTextHasChanged) {
  const fs::path run = files_.path() / "run";
  for (const auto& text : {tests::tiny_translation_recipe(files_), tests::tiny_byte_recipe(files_),
                           tests::tiny_language_recipe(files_, "masked_lm")}) {
    fs::remove_all(run);
    train(tests::read_tiny(files_, text), "run");
    EXPECT_EQ(warnings_of_evaluation(run, run), "");
  }
  files_.write("text.txt", tests::number_text(61, 20, 8));
  for (const fs::path& model : {run, run / "training" / "step-6" / "model"}) {
    const std::string warning = warnings_of_evaluation(run, model);
    EXPECT_TRUE(tests::has_text(warning, "has changed since then")) << warning;
    EXPECT_TRUE(tests::has_text(warning, "data.text = [\"" + files_.file("text.txt").string()));
  }
}

// A folder's words are looked at before a text that may be long.
TEST_F(RunTrainingTest, AModelOfBytesWantsBytes) {
  train(tests::read_tiny(files_, tests::tiny_byte_recipe(files_)), "bytes");
  const std::string words = tests::tiny_language_recipe(files_, "causal_lm");
  train(tests::read_tiny(files_, words), "words");
  const auto refusal = [&](const std::string& data, const char* begin) {
    const std::string text = "task.kind = \"causal_lm\"\n[model]\ncheckpoint = \"" +
                             files_.file(begin).string() + "\"\n[data]\ntext = \"absent.txt\"\n" +
                             data + "[[stage]]\nlength = 16\nbatch_size = 4\nsteps = 6\n";
    return tests::error_message([&] { open_material(tests::read_tiny(files_, text)); });
  };
  const std::string of_bytes = refusal("", "bytes");
  EXPECT_TRUE(tests::has_text(of_bytes, files_.file("bytes").string())) << of_bytes;
  EXPECT_TRUE(tests::has_text(of_bytes, "expected a tokenizer of words")) << of_bytes;
  EXPECT_TRUE(tests::has_text(of_bytes, "say data.vocabulary = \"bytes\"")) << of_bytes;
  EXPECT_TRUE(
      tests::has_text(refusal("vocabulary = \"bytes\"\n", "words"), "leave data.vocabulary out"));
  EXPECT_TRUE(tests::has_text(refusal("", "words"), "recipe.toml: [data] "));  // and no absent.txt
}

TEST(CountParameters, CountsEachNumberOnce) {
  const torch::nn::Linear linear(3, 4);
  EXPECT_EQ(count_parameters(*linear), 3 * 4 + 4);
}

// A run of every kind goes on from the model of another.
TEST_F(RunTrainingTest, EveryKindBeginsWithACheckpoint) {
  for (const auto& text :
       {tests::tiny_language_recipe(files_, "masked_lm"),
        tests::tiny_language_recipe(files_, "causal_lm"), tests::tiny_byte_recipe(files_),
        tests::tiny_translation_recipe(files_)}) {
    for (const char* name : {"first", "second"}) fs::remove_all(files_.path() / name);
    const Recipe first = tests::read_tiny(files_, text, {"stage.0.steps=60", "evaluate.every=60"});
    train(first, "first");
    const auto model = text.find("[model]"), data = text.find("[data]");
    std::string with = text;
    with.replace(model, data - model,
                 "[model]\ncheckpoint = \"" + files_.file("first").string() + "\"\n");
    const auto words = with.find("vocabulary = \"/");
    if (words != std::string::npos) with.erase(words, with.find('\n', words) + 1 - words);
    const auto size = with.find("vocab_size = ");
    if (size != std::string::npos) with.erase(size, with.find('\n', size) + 1 - size);
    const Recipe second = tests::read_tiny(files_, with);
    train(second, "second");
    // It begins where the other ended.
    const auto evaluation = [&](const char* name, std::int64_t step) {
      for (const auto& line : train::read_metrics(files_.path() / name / "metrics.jsonl")) {
        if (line["kind"] == "evaluation" && line["step"] == step) return line["loss"].get<double>();
      }
      return 0.0;
    };
    EXPECT_NEAR(evaluation("second", 0), evaluation("first", 60), 1e-6) << first.task;
    EXPECT_EQ(read_recipe(files_.path() / "second" / "recipe.toml").training.recipe,
              second.training.recipe);
  }
}

TEST_F(RunTrainingTest, TheCardIsOfTheLastStepAndOfTheBest) {
  const std::string text = tests::tiny_language_recipe(files_, "masked_lm");
  const auto card = [&](const char* name) {
    return base::read_file(files_.path() / "run" / name / "README.md");
  };
  train(tests::read_tiny(files_, text, {"checkpoint.keep_best=true"}), "run");
  EXPECT_TRUE(tests::has_text(card("."), "\n# run\n")) << card(".");
  EXPECT_TRUE(tests::has_text(card("."), "of step 6 of 6.")) << card(".");
  EXPECT_TRUE(tests::has_text(card("."), "RoFormerForMaskedLM")) << card(".");
  EXPECT_TRUE(tests::has_text(card("best"), "which was the best of 3 evaluations"));
  files_.write("run/README.md", "my own");
  train(tests::read_tiny(files_, text, {"checkpoint.keep_best=true", "stage.0.steps=12"}), "run",
        /*resume=*/true);
  EXPECT_EQ(card("."), "my own");
  EXPECT_TRUE(tests::has_text(card("best"), "of 12, which was the best of 5")) << card("best");
}

// More steps than it began with: as an undisturbed run where the schedule does not know the end.
TEST_F(RunTrainingTest, AFinishedRunIsExtended) {
  const std::string text = tests::tiny_language_recipe(files_, "masked_lm");
  const auto with_steps = [&](const char* steps) {
    return tests::read_tiny(files_, text, {std::string("stage.0.steps=") + steps});
  };
  train(with_steps("6"), "run");
  EXPECT_EQ(train(with_steps("12"), "run", /*resume=*/true).step, 12);
  train(with_steps("12"), "whole");
  EXPECT_EQ(losses(files_.path() / "run"), losses(files_.path() / "whole"));
  EXPECT_TRUE(tests::has_text(
      tests::error_message([&] { train(with_steps("11"), "run", /*resume=*/true); }),
      "at least the 12 steps"));
}

}  // namespace
}  // namespace roformer::task
