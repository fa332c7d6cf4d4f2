#include "roformer/metric/ranking_score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/base/test_files.h"

namespace roformer::metric {
namespace {

using Numbers = std::vector<double>;

RankingScore score_of(const Numbers& grades, const Numbers& scores) {
  RankingScore score;
  score.add(grades, scores);
  return score;
}

TEST(RankingScoreTest, PairsInTheRightOrder) {
  // Pairs: (2, 1) right, (2, 0) right, (1, 0) wrong.
  EXPECT_DOUBLE_EQ(score_of({0, 2, 1}, {0.5, 0.9, 0.4}).pair_accuracy(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(score_of({0, 1}, {0.5, 0.5}).pair_accuracy(), 0) << "a tie is wrong";
  EXPECT_DOUBLE_EQ(score_of({-1, 3, -1}, {0, 1e300, -1e300}).pair_accuracy(), 1);
}

TEST(RankingScoreTest, RankOfTheBest) {
  EXPECT_DOUBLE_EQ(score_of({0, 1, 0, 0}, {3, 2, 1, 4}).mean_reciprocal_rank(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(score_of({0, 1}, {1, 1}).mean_reciprocal_rank(), 0.5) << "behind its equals";
  EXPECT_DOUBLE_EQ(score_of({1, 1, 0}, {0, 5, 3}).mean_reciprocal_rank(), 1) << "the first best";
}

TEST(RankingScoreTest, MeansOverPairsAndQueries) {
  RankingScore score;
  EXPECT_EQ(score.pair_accuracy(), 0);
  EXPECT_EQ(score.mean_reciprocal_rank(), 0);
  score.add(Numbers{1, 0, 0, 0}, Numbers{1, 0, 0, 0});  // 3 pairs
  score.add(Numbers{1, 0}, Numbers{0, 1});              // 1 pair
  EXPECT_EQ(score.queries(), 2);
  EXPECT_DOUBLE_EQ(score.pair_accuracy(), 0.75);
  EXPECT_DOUBLE_EQ(score.mean_reciprocal_rank(), 0.75);
}

TEST(RankingScoreTest, BadQueriesAreRefused) {
  for (const auto& [grades, scores] : std::vector<std::pair<Numbers, Numbers>>{
           {{}, {}}, {{1}, {1}}, {{2, 2}, {0, 1}}, {{0, 1}, {0}}, {{0, 1}, {0, NAN}}}) {
    EXPECT_FALSE(tests::error_message([&] { score_of(grades, scores); }).empty());
  }
}

}  // namespace
}  // namespace roformer::metric
