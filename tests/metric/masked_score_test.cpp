#include "roformer/metric/masked_score.h"

#include <gtest/gtest.h>

#include <cmath>

namespace roformer::metric {
namespace {

TEST(MaskedScoreTest, MeansOverAllPredictions) {
  MaskedScore score, other;
  EXPECT_TRUE(std::isnan(score.loss()));
  EXPECT_TRUE(std::isnan(score.accuracy()));
  score.add(6.0, 1, 2);
  other.add(0.0, 2, 4);
  score.add(other);
  EXPECT_EQ(score.count(), 6);
  EXPECT_DOUBLE_EQ(score.loss(), 1.0);
  EXPECT_DOUBLE_EQ(score.accuracy(), 0.5);
  EXPECT_DOUBLE_EQ(score.perplexity(), std::exp(1.0));
}

}  // namespace
}  // namespace roformer::metric
