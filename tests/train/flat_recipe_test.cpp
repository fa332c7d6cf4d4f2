#include "roformer/train/training_options.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace roformer::train
