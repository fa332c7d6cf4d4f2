#include "roformer/metric/token_score.h"

#include <gtest/gtest.h>

#include <cmath>

namespace roformer::metric {
namespace {

TEST(TokenScoreTest, MeansOverAllPredictions) {
  TokenScore score, other;
  EXPECT_TRUE(std::isnan(score.loss()));
  EXPECT_TRUE(std::isnan(score.accuracy()));
  score.add({6.0, 9.0, 1, 2});
  other.add({0.0, 3.0, 2, 4});
  score.add(other);
  EXPECT_EQ(score.count, 6);
  EXPECT_DOUBLE_EQ(score.loss(), 1.0);
  EXPECT_DOUBLE_EQ(score.negative_log_likelihood(), 2.0);
  EXPECT_DOUBLE_EQ(score.accuracy(), 0.5);
  EXPECT_DOUBLE_EQ(score.perplexity(), std::exp(2.0));
}

}  // namespace
}  // namespace roformer::metric
