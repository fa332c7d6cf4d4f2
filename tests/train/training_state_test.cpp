#include "roformer/train/training_state.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "tests/base/test_files.h"

namespace roformer::train {
namespace {

TEST(TrainingState, SurvivesARoundTripAndDamageIsNamed) {
  const tests::TestFolder run;
  TrainingState state;
  state.step = 12;
  state.meter_sums = {{"loss", 0.1 + 0.2}};
  state.best = 1.5;
  state.best_step = 10;
  state.recipe = {{"model.hidden_size", "256"}};
  save_state(state, run.file("state.json"));
  const auto loaded = load_state(run.file("state.json"));
  EXPECT_EQ(loaded.step, 12);
  EXPECT_EQ(loaded.meter_sums["loss"].get<double>(), 0.1 + 0.2);
  EXPECT_EQ(loaded.recipe, state.recipe);
  run.write("state.json", "{\"step\": \"x\"}");
  EXPECT_THROW(load_state(run.file("state.json")), Error);
}

TEST(TrainingState, WhatIsMissingIsNamedWithItsFile) {
  const tests::TestFolder run;
  const auto path = run.write("state.json", R"({"step": 1, "meter": {}, "best": 0, "recipe": {}})");
  const auto message = tests::error_message([&] { load_state(path); });
  EXPECT_TRUE(tests::has_text(message, path.string())) << message;
  EXPECT_TRUE(tests::has_text(message, "best_step")) << message;
  EXPECT_THROW(load_state(run.file("absent")), Error);
}

TEST(TrainingState, ADifferentKeyIsNamedOnResume) {
  const FlatRecipe saved = {{"model.hidden_size", "256"}, {"run.threads", "1"}, {"run.seed", "0"}};
  EXPECT_NO_THROW(require_same_recipe(saved, saved, "out"));
  FlatRecipe other = saved;
  other["run.threads"] = "2";
  EXPECT_NO_THROW(require_same_recipe(saved, other, "out"));
  other["model.hidden_size"] = "128";
  try {
    require_same_recipe(saved, other, "out");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("model.hidden_size was 256 and is now 128"),
              std::string::npos);
  }
  EXPECT_THROW(require_same_recipe(saved, {}, "out"), Error);
  other = saved;
  other["run.seed"] = "1";
  EXPECT_THROW(require_same_recipe(saved, other, "out"), Error);
}

TEST(TrainingState, WhereFilesGoMayChange) {
  const FlatRecipe saved = {{"checkpoint.every", "5"},
                            {"data.cache", "\"a\""},
                            {"data.text", "\"t\""},
                            {"run.log_every", "1"}};
  for (const char* key : {"checkpoint.every", "data.cache", "run.log_every"}) {
    FlatRecipe other = saved;
    other[key] = "7";
    EXPECT_NO_THROW(require_same_recipe(saved, other, "out")) << key;
  }
  FlatRecipe other = saved;
  other["data.text"] = "7";
  EXPECT_THROW(require_same_recipe(saved, other, "out"), Error);
}

}  // namespace
}  // namespace roformer::train
