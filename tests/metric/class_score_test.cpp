#include "roformer/metric/class_score.h"

#include <gtest/gtest.h>

#include <vector>

namespace roformer::metric {
namespace {

using CountsOfClasses = std::vector<ClassCounts>;

TEST(ClassScoreTest, PrecisionRecallAndF1) {
  EXPECT_EQ(class_score({2, 4, 8}), (ClassScore{0.5, 0.25, 4.0 / 12, 8}));
  EXPECT_EQ(class_score({3, 3, 3}), (ClassScore{1, 1, 1, 3}));
}

TEST(ClassScoreTest, WithoutDenominatorIsZero) {
  EXPECT_EQ(class_score({}), (ClassScore{0, 0, 0, 0}));
  EXPECT_EQ(class_score({0, 2, 0}), (ClassScore{0, 0, 0, 0}));
  EXPECT_EQ(class_score({0, 0, 2}), (ClassScore{0, 0, 0, 2}));
}

// Classes of precision 1/2 and 1, recall 1/4 and 1, F1 1/3 and 1.
TEST(ClassScoreTest, Averages) {
  const CountsOfClasses classes = {{2, 4, 8}, {2, 2, 2}};
  EXPECT_EQ(micro_average(classes), class_score({4, 6, 10}));
  const ClassScore macro = macro_average(classes);
  EXPECT_DOUBLE_EQ(macro.precision, 0.75);
  EXPECT_DOUBLE_EQ(macro.recall, 0.625);
  EXPECT_DOUBLE_EQ(macro.f1, 2.0 / 3);
  EXPECT_EQ(macro.support, 10);
  const ClassScore weighted = weighted_average(classes);
  EXPECT_DOUBLE_EQ(weighted.precision, 0.6);
  EXPECT_DOUBLE_EQ(weighted.recall, 0.4);
  EXPECT_DOUBLE_EQ(weighted.f1, (8.0 / 3 + 2) / 10);
  EXPECT_EQ(weighted.support, 10);
}

TEST(ClassScoreTest, AveragesOfNothingAreZero) {
  const ClassScore zero;
  EXPECT_EQ(micro_average({}), zero);
  EXPECT_EQ(macro_average({}), zero);
  EXPECT_EQ(weighted_average({}), zero);
  EXPECT_EQ(weighted_average(CountsOfClasses{{0, 3, 0}}), zero) << "nothing in truth";
}

}  // namespace
}  // namespace roformer::metric
