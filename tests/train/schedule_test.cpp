#include "roformer/train/training_options.h"

#include <gtest/gtest.h>

#include <cmath>

#include "roformer/base/error.h"

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

}  // namespace
}  // namespace roformer::train
