#include "roformer/labelled/class_weights.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::labelled {
namespace {

using tests::error_message;
using tests::has_text;

const std::vector<std::string> kNames{"no", "a=b", "yes"};
const std::vector<std::int64_t> kCounts{6, 3, 1};

TEST(ClassWeightsTest, NothingAskedForIsNothing) {
  EXPECT_TRUE(class_weights({}, kNames, kCounts).empty());
}

TEST(ClassWeightsTest, BalancedIsAsInScikitLearn) {
  // n / (classes · count)
  const auto weights = class_weights({"balanced"}, kNames, kCounts);
  ASSERT_EQ(weights.size(), 3u);
  EXPECT_DOUBLE_EQ(weights[0], 10.0 / (3 * 6));
  EXPECT_DOUBLE_EQ(weights[1], 10.0 / (3 * 3));
  EXPECT_DOUBLE_EQ(weights[2], 10.0 / (3 * 1));
}

TEST(ClassWeightsTest, NamedOnesHaveAMeanOfOne) {
  const auto weights = class_weights({"yes=5", "a=b=2"}, kNames, kCounts);
  EXPECT_DOUBLE_EQ(weights[2] / weights[0], 5);
  EXPECT_DOUBLE_EQ(weights[1] / weights[0], 2);
  EXPECT_NEAR((6 * weights[0] + 3 * weights[1] + weights[2]) / 10, 1, 1e-12);
}

TEST(ClassWeightsTest, WhatIsWrongIsNamed) {
  const auto message = [&](const std::vector<std::string>& asked) {
    return error_message([&] { class_weights(asked, kNames, kCounts); });
  };
  EXPECT_TRUE(has_text(message({"yess=2"}), "did you mean 'yes'"));
  for (const char* bad : {"yes", "yes=", "yes=0", "yes=-1", "yes=nan", "yes=1x", "yes=inf"})
    EXPECT_TRUE(has_text(message({bad}), bad)) << bad;
  EXPECT_FALSE(message({"balanced", "yes=2"}).empty());
  EXPECT_TRUE(has_text(error_message([] {
                         class_weights({"balanced"}, {"a", "b"}, {1, 0});
                       }),
                       "b"));
}

}  // namespace
}  // namespace roformer::labelled
