#include "roformer/pipeline/vector_similarity.h"

#include <gtest/gtest.h>

#include "tests/checkpoint/expect_error.h"

namespace roformer::pipeline {
namespace {

constexpr float kClose = 1e-6f;

TEST(VectorSimilarity, EachFunctionByHand) {
  const torch::Tensor a = torch::tensor({{3.f, 4.f}, {0.f, 0.f}}),
                      b = torch::tensor({{4.f, 3.f}, {1.f, 0.f}});
  const auto first = [&](const char* name) {
    return pair_similarities(a, b, similarity_of(name))[0].item<float>();
  };
  EXPECT_NEAR(first("cosine"), 0.96f, kClose);
  EXPECT_NEAR(first(""), 0.96f, kClose);
  EXPECT_NEAR(first("dot"), 24, kClose);
  EXPECT_NEAR(first("euclidean"), -std::sqrt(2.f), kClose);
  EXPECT_NEAR(first("manhattan"), -2, kClose);
  EXPECT_EQ(pair_similarities(a, b, SimilarityFunction::cosine)[1].item<float>(), 0);
}

TEST(VectorSimilarity, EachWithEachIsTheDiagonalOfPairs) {
  torch::manual_seed(1);
  const torch::Tensor a = torch::randn({30, 17}), b = torch::randn({30, 17});
  for (const std::string& name : similarity_names()) {
    const auto function = similarity_of(name);
    const torch::Tensor all =
        similarities(prepared_vectors(a, function), prepared_vectors(b, function), function);
    EXPECT_LT((all.diag() - pair_similarities(a, b, function)).abs().max().item<float>(), 1e-5f)
        << name;
  }
}

TEST(VectorSimilarity, OthersAreRefused) {
  checkpoint::expect_error({"cosine, dot, euclidean, manhattan", "'cosin'", "cosine"},
                           [] { similarity_of("cosin"); });
  checkpoint::expect_error({"one shape", "2 × 3", "2 × 4"}, [] {
    pair_similarities(torch::zeros({2, 3}), torch::zeros({2, 4}), SimilarityFunction::dot);
  });
}

}  // namespace
}  // namespace roformer::pipeline
