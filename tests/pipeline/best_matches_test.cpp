#include "roformer/pipeline/best_matches.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/checkpoint/expect_error.h"

namespace roformer::pipeline {
namespace {

using Indices = std::vector<std::int64_t>;

Indices indices_of(const std::vector<Match>& matches) {
  Indices indices;
  for (const Match& match : matches) indices.push_back(match.index);
  return indices;
}

TEST(BestMatches, EqualsASortOfAllScores) {
  torch::manual_seed(1);
  // More scores than one block has.
  const torch::Tensor candidates = torch::randn({9000, 5}), queries = torch::randn({600, 5});
  for (const std::string& name : similarity_names()) {
    const auto function = similarity_of(name);
    const auto found = BestMatches(candidates, function)(queries, 7);
    const torch::Tensor scores = similarities(prepared_vectors(queries, function),
                                              prepared_vectors(candidates, function), function);
    const auto [best, places] = scores.topk(7, 1);
    ASSERT_EQ(found.size(), 600);
    for (std::int64_t q = 0; q < 600; q += 37) {
      const auto& matches = found[static_cast<std::size_t>(q)];
      ASSERT_EQ(matches.size(), 7);
      for (std::int64_t i = 0; i < 7; ++i)
        EXPECT_NEAR(matches[static_cast<std::size_t>(i)].score, best[q][i].item<float>(), 1e-5f);
    }
  }
}

TEST(BestMatches, OfEqualOnesTheFirstComesFirst) {
  torch::Tensor candidates = torch::ones({1000, 2});
  candidates[500].fill_(2);
  const BestMatches best(candidates, SimilarityFunction::dot);
  EXPECT_EQ(indices_of(best(torch::ones({1, 2}), 4)[0]), (Indices{500, 0, 1, 2}));
  EXPECT_EQ(best(torch::ones({1, 2}), 1'000'000'000)[0].size(), 1000);
  EXPECT_EQ(indices_of(best(torch::ones({1, 2}), 1)[0]), (Indices{500}));
}

TEST(BestMatches, EdgeSizes) {
  const BestMatches one(torch::ones({1, 3}), SimilarityFunction::cosine);
  EXPECT_EQ(indices_of(one(torch::ones({1, 3}), 5)[0]), (Indices{0}));
  EXPECT_TRUE(one(torch::ones({0, 3}), 5).empty());
  EXPECT_TRUE(one(torch::ones({1, 3}), 0)[0].empty());
  checkpoint::expect_error({"vectors of 3 numbers", "4"}, [&] { one(torch::ones({1, 4}), 1); });
}

TEST(BestMatches, AScoreThatIsNoNumberIsTheAnswer) {
  torch::Tensor candidates = torch::ones({5, 2});
  candidates[3][0] = std::numeric_limits<float>::quiet_NaN();
  const auto found = BestMatches(candidates, SimilarityFunction::dot)(torch::ones({1, 2}), 2)[0];
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].index, 3);
  EXPECT_TRUE(std::isnan(found[0].score));
}

}  // namespace
}  // namespace roformer::pipeline
