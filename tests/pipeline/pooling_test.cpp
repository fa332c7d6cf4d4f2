// Poolings of a packed batch against their formulas on each sequence alone.
#include "roformer/pipeline/pooling.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/packed/random_batch.h"

namespace roformer::pipeline {
namespace {

constexpr std::int64_t kHidden = 6;

torch::Tensor formula(const torch::Tensor& states, Pooling pooling) {
  const auto n = states.size(0);
  const auto places = torch::arange(1, n + 1, torch::kFloat64).unsqueeze(1);
  switch (pooling) {
    case Pooling::cls:
      return states[0];
    case Pooling::max:
      return states.amax(0);
    case Pooling::mean_sqrt:
      return states.sum(0) / std::sqrt(static_cast<double>(n));
    case Pooling::weighted_mean:
      return (states * places).sum(0) / places.sum();
    case Pooling::last:
      return states[n - 1];
    default:
      return states.mean(0);
  }
}

class PoolingTest : public testing::TestWithParam<Pooling> {};

TEST_P(PoolingTest, EachSequenceByItself) {
  torch::manual_seed(1);
  const std::vector<std::int64_t> lengths = {1, 4, 2, 130};
  const auto batch = tests::random_batch(lengths, 9);
  const auto hidden = torch::randn({batch.tokens.size(0), kHidden});
  const auto pooled = pool(hidden, batch, GetParam());
  ASSERT_EQ(pooled.sizes(), (torch::IntArrayRef{4, kHidden}));
  std::int64_t begin = 0;
  for (std::size_t i = 0; i < lengths.size(); begin += lengths[i++]) {
    const auto states = hidden.slice(0, begin, begin + lengths[i]).to(torch::kFloat64);
    const auto difference = pooled[static_cast<std::int64_t>(i)] - formula(states, GetParam());
    EXPECT_LT(difference.abs().max().item<double>(), 1e-5) << i;
  }
}

// The tokens of a prompt, as sentence-transformers leaves them out.
TEST_P(PoolingTest, SkippedTokensDoNotCount) {
  if (GetParam() == Pooling::weighted_mean) return;  // places count from the sequence's first token
  torch::manual_seed(2);
  const auto batch = tests::random_batch({5, 3}, 9), rest = tests::random_batch({3, 1}, 9);
  const auto hidden = torch::randn({8, kHidden});
  const auto kept = torch::cat({hidden.slice(0, 2, 5), hidden.slice(0, 7, 8)});
  const auto difference = pool(hidden, batch, GetParam(), 2) - pool(kept, rest, GetParam());
  EXPECT_LT(difference.abs().max().item<float>(), 1e-6f);
}

INSTANTIATE_TEST_SUITE_P(All, PoolingTest,
                         testing::Values(Pooling::cls, Pooling::mean, Pooling::max,
                                         Pooling::mean_sqrt, Pooling::weighted_mean,
                                         Pooling::last));

TEST(PoolingTest, AllSkippedIsNothing) {
  const auto batch = tests::random_batch({2}, 9);
  const auto hidden = torch::ones({2, kHidden});
  EXPECT_TRUE(torch::equal(pool(hidden, batch, Pooling::mean, 2), torch::zeros({1, kHidden})));
  EXPECT_TRUE(torch::equal(pool(hidden, batch, Pooling::cls, 2), torch::ones({1, kHidden})));
  EXPECT_EQ(pool(hidden, batch, Pooling::max, 2)[0][0].item<float>(),
            -std::numeric_limits<float>::infinity());
}

}  // namespace
}  // namespace roformer::pipeline
