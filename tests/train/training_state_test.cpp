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

}  // namespace
}  // namespace roformer::train
