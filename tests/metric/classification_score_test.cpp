#include "roformer/metric/classification_score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

using Labels = std::vector<std::int64_t>;

// Rows are true classes: 2 1 0 / 0 1 0 / 1 0 0, and a fourth class that does not occur.
const Labels labels_gold = {0, 0, 0, 1, 2};
const Labels labels_predicted = {0, 0, 1, 1, 0};

TEST(Classification, ConfusionCounts) {
  EXPECT_EQ(confusion_counts(labels_gold, labels_predicted, 3),
            (Labels{2, 1, 0, 0, 1, 0, 1, 0, 0}));
  EXPECT_EQ(confusion_counts(Labels{1}, Labels{0}, 2), (Labels{0, 0, 1, 0}));
}

TEST(Classification, EachClass) {
  const auto score = classification_score(labels_gold, labels_predicted, 4);
  EXPECT_EQ(score.total, 5);
  EXPECT_DOUBLE_EQ(score.accuracy(), 0.6);
  EXPECT_EQ(score.of_class(0), class_score({2, 3, 3}));
  EXPECT_EQ(score.of_class(1), class_score({1, 2, 1}));
  EXPECT_EQ(score.of_class(2), class_score({0, 0, 1}));
  EXPECT_EQ(score.of_class(3), class_score({0, 0, 0}));
}

// F1 is 2/3, 2/3, 0; the class that does not occur has no part in the mean.
TEST(Classification, Averages) {
  const auto score = classification_score(labels_gold, labels_predicted, 4);
  EXPECT_DOUBLE_EQ(score.micro().f1, 0.6);
  EXPECT_DOUBLE_EQ(score.macro().f1, 4.0 / 9);
  EXPECT_DOUBLE_EQ(score.weighted().f1, (3 * 2.0 / 3 + 2.0 / 3) / 5);
  EXPECT_EQ(score.weighted().support, 5);
}

// Two classes: (TP · TN - FP · FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN)).
TEST(Classification, MatthewsOfTwoClasses) {
  const Labels gold = {1, 1, 1, 1, 0, 0, 0}, predicted = {1, 1, 1, 0, 0, 0, 1};
  const auto score = classification_score(gold, predicted, 2);
  EXPECT_DOUBLE_EQ(score.matthews_correlation(), (3 * 2 - 1 * 1) / std::sqrt(4.0 * 4 * 3 * 3));
  EXPECT_DOUBLE_EQ(classification_score(gold, gold, 2).matthews_correlation(), 1);
  const Labels opposite = {0, 0, 0, 0, 1, 1, 1};
  EXPECT_DOUBLE_EQ(classification_score(gold, opposite, 2).matthews_correlation(), -1);
}

// c = 3 of s = 5; Σ t p = 9 + 2, Σ t² = 11, Σ p² = 13: (15 - 11) / √(14 · 12).
TEST(Classification, MatthewsOfThreeClasses) {
  const auto score = classification_score(labels_gold, labels_predicted, 3);
  EXPECT_DOUBLE_EQ(score.matthews_correlation(), 4 / std::sqrt(168.0));
}

TEST(Classification, MatthewsIsZeroWhereUndefined) {
  const Labels mixed = {0, 1, 1}, one = {1, 1, 1};
  EXPECT_EQ(classification_score(mixed, one, 2).matthews_correlation(), 0);
  EXPECT_EQ(classification_score(one, mixed, 2).matthews_correlation(), 0);
  EXPECT_EQ(classification_score(one, one, 2).matthews_correlation(), 0);
  EXPECT_EQ(classification_score(Labels{0}, Labels{0}, 1).matthews_correlation(), 0);
}

// 3 · 10⁵ examples, whose squares exceed 32 bits.
TEST(Classification, ManyExamples) {
  Labels gold(300000, 0), predicted(300000, 0);
  for (std::size_t i = 0; i < gold.size(); ++i) {
    gold[i] = static_cast<std::int64_t>(i % 2);
    predicted[i] = static_cast<std::int64_t>(i % 4 / 2);
  }
  const auto score = classification_score(gold, predicted, 2);
  EXPECT_DOUBLE_EQ(score.accuracy(), 0.5);
  EXPECT_EQ(score.matthews_correlation(), 0);
}

TEST(Classification, WhatIsNoClassIsRefused) {
  EXPECT_THROW(classification_score(Labels{0, 1}, Labels{0}, 2), Error);
  EXPECT_THROW(classification_score(Labels{}, Labels{}, 2), Error);
  EXPECT_THROW(classification_score(Labels{0}, Labels{0}, 0), Error);
  EXPECT_THROW(classification_score(Labels{2}, Labels{0}, 2), Error);
  EXPECT_THROW(classification_score(Labels{0}, Labels{-100}, 2), Error);
  EXPECT_THROW(confusion_counts(Labels{0}, Labels{2}, 2), Error);
  EXPECT_THROW(classification_score(Labels{0}, Labels{0}, 2).of_class(2), Error);
  EXPECT_THROW(classification_score(Labels{0}, Labels{0}, 2).of_class(-1), Error);
}

TEST(Classification, ErrorsNameTheExample) {
  try {
    classification_score(Labels{0, 1}, Labels{1, 7}, 3);
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "[metric] expected predicted classes in 0 … 2 but got 7 for example 1");
  }
}

}  // namespace
}  // namespace roformer::metric
