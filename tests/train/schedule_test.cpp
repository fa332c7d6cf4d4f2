#include "roformer/train/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/train/stage.h"

namespace roformer::train {
namespace {

TEST(Schedule, WarmsUpFromTheFirstStep) {
  for (const char* kind : {"constant", "linear", "cosine", "inverse_sqrt"}) {
    const Schedule schedule{kind, 4, 20, 0};
    EXPECT_DOUBLE_EQ(schedule_factor(schedule, 0), 0.25) << kind;
    EXPECT_DOUBLE_EQ(schedule_factor(schedule, 3), 1) << kind;
  }
}

TEST(Schedule, DecaysToTheFinalRatio) {
  EXPECT_DOUBLE_EQ(schedule_factor({"linear", 0, 10, 0}, 0), 1);
  EXPECT_DOUBLE_EQ(schedule_factor({"linear", 0, 10, 0}, 5), 0.5);
  EXPECT_DOUBLE_EQ(schedule_factor({"linear", 0, 10, 0.1}, 10), 0.1);
  EXPECT_DOUBLE_EQ(schedule_factor({"linear", 0, 10, 0.1}, 1000), 0.1);
  EXPECT_NEAR(schedule_factor({"cosine", 2, 12, 0}, 7), 0.5, 1e-12);
  EXPECT_NEAR(schedule_factor({"cosine", 2, 12, 0}, 12), 0, 1e-12);
  EXPECT_DOUBLE_EQ(schedule_factor({"constant", 2, 12, 0}, 11), 1);
  EXPECT_DOUBLE_EQ(schedule_factor({"inverse_sqrt", 4, 100, 0}, 15), 0.5);
  EXPECT_DOUBLE_EQ(schedule_factor({"inverse_sqrt", 0, 100, 0}, 0), 1);
}

TEST(Schedule, WarmUpMayFillTheRun) {
  for (const char* kind : {"linear", "cosine"}) {
    EXPECT_DOUBLE_EQ(schedule_factor({kind, 5, 5, 0}, 4), 1);
    EXPECT_TRUE(std::isfinite(schedule_factor({kind, 5, 5, 0}, 5)));
  }
}

TEST(Schedule, RejectsNonsense) {
  EXPECT_THROW(validate(Schedule{"quadratic", 0, 1, 0}), Error);
  EXPECT_THROW(validate(Schedule{"linear", 5, 4, 0}), Error);
  EXPECT_THROW(validate(Schedule{"linear", -1, 4, 0}), Error);
  EXPECT_THROW(validate(Schedule{"linear", 0, 4, 1.5}), Error);
}

// Two stages of 3 and 2 steps.
std::vector<Stage> two_stages() {
  return {{512, 8, 0, 1, 3, 0}, {128, 0, 4096, 2, 2, 1e-3}};
}

TEST(Stage, CountsStepsThroughTheRun) {
  const auto stages = two_stages();
  EXPECT_EQ(total_steps(stages), 5);
  EXPECT_EQ(stage_position(stages, 0).stage, 0u);
  EXPECT_EQ(stage_position(stages, 2).step, 2);
  EXPECT_EQ(stage_position(stages, 3).stage, 1u);
  EXPECT_EQ(stage_position(stages, 3).step, 0);
  EXPECT_EQ(stage_position(stages, 9).stage, 1u);
}

TEST(Stage, RejectsNonsense) {
  EXPECT_NO_THROW(validate(two_stages()));
  EXPECT_THROW(validate(std::vector<Stage>{}), Error);
  for (const Stage& bad :
       {Stage{0, 8, 0, 1, 3, 0}, Stage{8, 0, 0, 1, 3, 0}, Stage{8, 8, 8, 1, 3, 0},
        Stage{8, 8, 0, 0, 3, 0}, Stage{8, 8, 0, 1, 0, 0}, Stage{8, 8, 0, 1, 3, -1}}) {
    EXPECT_THROW(validate({bad}), Error);
  }
}

}  // namespace
}  // namespace roformer::train
