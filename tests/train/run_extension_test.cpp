// What may change between two parts of a run, and what is said of it.
#include "roformer/train/run_extension.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::train {
namespace {

using tests::error_message;
using tests::has_text;

TrainingState state_at(std::int64_t step, FlatRecipe recipe) {
  TrainingState state;
  state.step = step;
  state.recipe = std::move(recipe);
  return state;
}

constexpr const char* kNone = "no error";

const FlatRecipe kRecipe = {{"checkpoint.every", "5"},     {"data.cache", "\"a\""},
                            {"data.document", "\"file\""}, {"data.text", "[\"t\"]"},
                            {"model.hidden_size", "8"},    {"run.seed", "0"},
                            {"run.threads", "1"},          {"stage.0.length", "16"},
                            {"stage.0.steps", "100"},      {"schedule.warmup_steps", "10"}};

FlatRecipe with(const std::string& key, const std::string& value) {
  FlatRecipe recipe = kRecipe;
  recipe[key] = value;
  return recipe;
}

std::string refusal(std::int64_t step, const FlatRecipe& now, const FlatRecipe& saved = kRecipe) {
  return error_message([&] { require_same_run(state_at(step, saved), now, "out"); });
}

TEST(RunExtension, WhatIsLearnedStaysAndIsNamed) {
  EXPECT_EQ(refusal(50, kRecipe), kNone);
  for (const char* key : {"model.hidden_size", "run.seed", "data.document", "stage.0.length",
                          "schedule.warmup_steps"})
    EXPECT_TRUE(has_text(refusal(50, with(key, "7")), std::string(key) + " was")) << key;
  EXPECT_TRUE(has_text(refusal(50, with("model.new", "1")), "model.new was nothing and is now 1"));
}

TEST(RunExtension, WhereFilesLieAndHowOftenIsWrittenMayChange) {
  for (const char* key : {"checkpoint.every", "data.cache", "data.text", "run.threads"})
    EXPECT_EQ(refusal(50, with(key, "7")), kNone) << key;
}

TEST(RunExtension, AStageThatIsNotOverMayHaveOtherSteps) {
  EXPECT_EQ(refusal(50, with("stage.0.steps", "200")), kNone);
  EXPECT_EQ(refusal(100, with("stage.0.steps", "200")), kNone);  // a finished run
  EXPECT_EQ(refusal(50, with("stage.0.steps", "50")), kNone);
  EXPECT_TRUE(has_text(refusal(50, with("stage.0.steps", "49")), "at least the 50 steps"));
  FlatRecipe scaled = with("stage.0.steps", "200");
  scaled["schedule.warmup_steps"] = "20";  // a default that follows the number of steps
  EXPECT_EQ(refusal(50, scaled), kNone);
}

TEST(RunExtension, EpochsAreComparedAsStepsAre) {
  FlatRecipe three = kRecipe;
  three["stage.0.epochs"] = "3.0";
  FlatRecipe five = with("stage.0.steps", "167");
  five["stage.0.epochs"] = "5.0";
  EXPECT_EQ(refusal(50, five, three), kNone);
  EXPECT_EQ(refusal(50, with("stage.0.steps", "120"), three), kNone);  // steps from now on
  FlatRecipe more = three;
  more["stage.1.steps"] = "10";
  five["stage.1.steps"] = "10";
  EXPECT_TRUE(has_text(refusal(105, five, more), "stage.0.epochs was 3.0 and is now 5.0"));
}

TEST(RunExtension, WhatEndsARunEarlyMayChange) {
  EXPECT_EQ(refusal(50, with("evaluate.patience", "0")), kNone);
}

TEST(RunExtension, StagesThatHaveNotBegunMayBeOthers) {
  FlatRecipe two = kRecipe;
  two["stage.1.length"] = "32";
  two["stage.1.steps"] = "40";
  EXPECT_EQ(refusal(100, two), kNone);           // one more stage
  EXPECT_EQ(refusal(100, kRecipe, two), kNone);  // one fewer
  FlatRecipe longer = two;
  longer["stage.1.length"] = "64";
  EXPECT_EQ(refusal(100, longer, two), kNone);
  EXPECT_TRUE(has_text(refusal(101, longer, two), "stage.1.length was 32 and is now 64"));
  longer = two;
  longer["stage.0.steps"] = "120";  // it was over
  EXPECT_TRUE(has_text(refusal(110, longer, two), "stage.0.steps was 100 and is now 120"));
}

TrainingOptions options_of(const std::string& kind, std::int64_t steps) {
  TrainingOptions options;
  options.stages = {{.length = 16, .batch_size = 1, .steps = steps}};
  options.schedule = {.kind = kind, .warmup_steps = 10, .total_steps = steps};
  return options;
}

TEST(RunExtension, SaysWhatTheScheduleDoes) {
  EXPECT_EQ(describe_extension(state_at(100, kRecipe), options_of("linear", 100)), "");
  const auto linear = describe_extension(state_at(100, kRecipe), options_of("linear", 200));
  EXPECT_TRUE(has_text(linear, "200 steps in place of 100")) << linear;
  EXPECT_TRUE(has_text(linear, "0.526 of its peak in place of 0")) << linear;  // 1 − 90 / 190
  for (const char* kind : {"constant", "inverse_sqrt"}) {
    const auto same = describe_extension(state_at(100, kRecipe), options_of(kind, 200));
    EXPECT_TRUE(has_text(same, "the learning rate goes on as it was")) << same;
  }
}

TEST(RunExtension, AShareOfWarmUpFollowsTheSteps) {
  FlatRecipe recipe = kRecipe;
  recipe.erase("schedule.warmup_steps");
  recipe["schedule.warmup_share"] = "0.5";
  TrainingOptions now = options_of("linear", 200);
  now.schedule.warmup_share = 0.5;
  set_total(now.schedule, 200);
  const auto text = describe_extension(state_at(20, recipe), now);
  EXPECT_TRUE(has_text(text, "0.21 of its peak in place of 0.42")) << text;  // 21/100 and 21/50
}

TEST(RunExtension, AWarmUpLongerThanTheRunIsATenthOfIt) {
  EXPECT_EQ(fitting_warmup(10, 10), 10);
  EXPECT_EQ(fitting_warmup(400, 200), 20);
  EXPECT_EQ(fitting_warmup(10, 5), 1);
}

}  // namespace
}  // namespace roformer::train
