#include "roformer/train/training_options.h"

#include <gtest/gtest.h>

#include <cmath>

#include "roformer/base/error.h"

namespace roformer::train {
namespace {

TEST(FlatRecipe, TheFirstDifferenceIsFoundOnEitherSide) {
  const FlatRecipe one = {{"a", "1"}, {"b", "2"}}, more = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
  const auto all = [](const std::string&) { return true; };
  EXPECT_FALSE(first_difference(one, one, all));
  const auto second_has_more = first_difference(one, more, all);
  ASSERT_TRUE(second_has_more);
  EXPECT_EQ(second_has_more->key, "c");
  EXPECT_EQ(second_has_more->first, "nothing");
  EXPECT_EQ(second_has_more->second, "3");
  EXPECT_EQ(first_difference(more, one, all)->first, "3");
  EXPECT_EQ(first_difference({{"a", "1"}, {"b", "1"}}, {{"a", "2"}, {"b", "2"}}, all)->key, "a");
}

TEST(FlatRecipe, KeysThatDoNotCountMayDiffer) {
  const auto not_a = [](const std::string& key) { return key != "a"; };
  EXPECT_FALSE(first_difference({{"a", "1"}}, {{"a", "2"}}, not_a));
  EXPECT_EQ(first_difference({{"a", "1"}, {"b", "1"}}, {{"a", "2"}, {"b", "2"}}, not_a)->key, "b");
}

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
