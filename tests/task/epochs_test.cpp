// The steps of recipes in epochs, of each kind.
#include "roformer/task/epochs.h"

#include <gtest/gtest.h>

#include "tests/task/tiny_recipes.h"

namespace roformer::task {
namespace {

class EpochsTest : public testing::Test {
 protected:
  Recipe in_epochs(std::string text, std::vector<std::string> changes) const {
    // No steps in the text, so that nothing has to be left out.
    const auto steps = text.find("steps = 6\n");
    text.erase(steps, std::string("steps = 6\n").size());
    const auto every = text.find("every = 3\n");
    text.erase(every, std::string("every = 3\n").size());
    return tests::read_tiny(files_, text, changes);
  }
  std::string labelled_recipe(const char* batch) const {
    std::string lines;
    for (int i = 0; i < 33; ++i) lines += "a b c\t" + std::string(i % 2 == 0 ? "yes" : "no") + "\n";
    const auto file = files_.write("rows.tsv", "text\tlabel\n" + lines).string();
    return std::string("[task]\nkind = \"classification\"\n[model]\npreset = \"roformer-tiny\"\n") +
           tests::tiny_model + "embedding_size = 16\n[data]\ntrain = \"" + file +
           "\"\nvalidation = \"" + file +
           "\"\ntest_share = 0.0\nvocab_size = 40\nmax_length = 16\n" + "cache = \"" +
           files_.file("cache").string() + "\"\n[[stage]]\n" + batch +
           "steps = 6\n[evaluate]\nevery = 3\n" + tests::tiny_run;
  }
  // What the run is told, and how many micro-batches an epoch has.
  std::pair<train::TrainingOptions, double> resolved(const Recipe& recipe) const {
    const auto task = open_material(recipe)->make_task(recipe, torch::kCPU);
    const auto batches = batches_in_epochs(recipe, *task);
    return {training_in_steps(recipe, batches), task->batches_in_epoch(recipe.training.stages[0])};
  }
  std::int64_t steps(const Recipe& recipe) const {
    return data::total_steps(resolved(recipe).first.stages);
  }
  tests::TestFolder files_;
};

TEST_F(EpochsTest, EveryKindCountsItsBatches) {
  for (const auto& text :
       {tests::tiny_language_recipe(files_, "masked_lm"),
        tests::tiny_language_recipe(files_, "causal_lm"), tests::tiny_byte_recipe(files_),
        tests::tiny_translation_recipe(files_), labelled_recipe("batch_size = 8\n"),
        labelled_recipe("batch_tokens = 40\n")}) {
    const Recipe recipe = in_epochs(text, {"stage.0.epochs=2.5", "stage.0.accumulate=2"});
    const auto [training, batches] = resolved(recipe);
    EXPECT_GT(batches, 1) << recipe.task;
    const std::int64_t expected = data::steps_of_epochs(2.5, batches, 2);
    EXPECT_EQ(data::total_steps(training.stages), expected) << recipe.task;
    EXPECT_TRUE(data::have_steps(training.stages));
    EXPECT_EQ(training.recipe.at("stage.0.steps"), std::to_string(expected));
    EXPECT_EQ(training.recipe.at("stage.0.epochs"), "2.5");
    EXPECT_EQ(training.schedule.total_steps, expected);
    EXPECT_EQ(training.evaluate_every, data::steps_of_epochs(1, batches, 2));
    EXPECT_EQ(training.checkpoint_every, training.evaluate_every);
  }
}

TEST_F(EpochsTest, RowsOverTheBatch) {
  const std::string text = labelled_recipe("batch_size = 8\n");
  EXPECT_EQ(steps(in_epochs(text, {"stage.0.epochs=1"})), 5);   // 33 / 8
  EXPECT_EQ(steps(in_epochs(text, {"stage.0.epochs=3"})), 13);  // 99 / 8
  EXPECT_EQ(steps(in_epochs(text, {"stage.0.epochs=3", "stage.0.accumulate=3"})), 5);
  EXPECT_EQ(steps(in_epochs(text, {"stage.0.epochs=0.001"})), 1);
}

TEST_F(EpochsTest, WarmUpFollowsTheSteps) {
  const std::string text = labelled_recipe("batch_size = 8\n");
  EXPECT_EQ(resolved(in_epochs(text, {"stage.0.epochs=10"})).first.schedule.warmup_steps, 4);
  const Recipe own = in_epochs(text, {"stage.0.epochs=10", "schedule.warmup_steps=7"});
  EXPECT_EQ(resolved(own).first.schedule.warmup_steps, 7);
  const Recipe longer = in_epochs(text, {"stage.0.epochs=10", "schedule.warmup_steps=100"});
  EXPECT_EQ(resolved(longer).first.schedule.warmup_steps, 4);  // a tenth of 42
}

TEST_F(EpochsTest, AnIntervalOfZeroIsAnEpochOfStepsToo) {
  const Recipe recipe = tests::read_tiny(files_, labelled_recipe("batch_size = 8\n"),
                                         {"evaluate.every=0", "stage.0.steps=50"});
  const auto training = resolved(recipe).first;
  EXPECT_EQ(training.evaluate_every, 5);
  EXPECT_EQ(training.checkpoint_every, 1000);
  EXPECT_EQ(data::total_steps(training.stages), 50);
}

TEST_F(EpochsTest, ARunInEpochsIsResumedAndExtended) {
  const std::string text = tests::tiny_language_recipe(files_, "masked_lm");
  const auto train = [&](const char* epochs, bool resume) {
    const Recipe recipe = in_epochs(text, {std::string("stage.0.epochs=") + epochs});
    train::RunFolder folder(files_.path() / "run", resume);
    return run_training(recipe, *open_material(recipe), folder, torch::kCPU).step;
  };
  const std::int64_t once = train("0.25", false);
  EXPECT_EQ(train("0.25", true), once);
  EXPECT_EQ(read_recipe(files_.path() / "run" / "recipe.toml").training.stages[0].epochs, 0.25);
  EXPECT_GT(train("0.5", true), once);
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { train("0.25", true); }), "at least the"));
}

}  // namespace
}  // namespace roformer::task
