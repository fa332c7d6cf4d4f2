// tests of what is found in rows of logits: against sorting, at sizes around the edges of vectors
// and blocks.
#include "roformer/generate/continuations.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <limits>

namespace roformer::generate {
namespace {

using torch::Tensor;

constexpr float kNone = -std::numeric_limits<float>::infinity();

std::vector<std::vector<Continuation>> find(const std::vector<Tensor>& logits,
                                            const ContinuationOptions& options,
                                            std::vector<Choice> choices = {}) {
  choices.resize(static_cast<std::size_t>(logits[0].size(0)));
  std::vector<Tensor> copies;
  for (const Tensor& one : logits) copies.push_back(one.clone());
  return best_continuations(copies, choices, options);
}

TEST(Continuations, AreTheLargestOfALogSoftmax) {
  torch::manual_seed(1);
  for (const std::int64_t size : {1, 2, 15, 16, 17, 63, 64, 65, 127, 128, 1000, 32003}) {
    const Tensor logits = torch::randn({5, size}) * 3;
    ContinuationOptions options;
    options.per_row = std::min<std::int64_t>(8, size);
    const auto found = find({logits}, options);
    const auto [values, places] =
        torch::log_softmax(logits.to(torch::kDouble), 1).topk(options.per_row, 1);
    for (std::int64_t r = 0; r < 5; ++r) {
      const auto& row = found[static_cast<std::size_t>(r)];
      ASSERT_EQ(std::ssize(row), options.per_row);
      for (std::int64_t i = 0; i < options.per_row; ++i) {
        EXPECT_EQ(row[static_cast<std::size_t>(i)].token, places[r][i].item<std::int64_t>());
        EXPECT_NEAR(row[static_cast<std::size_t>(i)].log_probability, values[r][i].item<double>(),
                    3e-6);
      }
    }
  }
}

TEST(Continuations, OfEqualLogitsTheFirstComeFirst) {
  ContinuationOptions options;
  options.per_row = 5;
  Tensor logits = torch::zeros({1, 300});
  logits[0][299] = 1;
  logits[0][70] = 1;
  const auto row = find({logits}, options)[0];
  const std::vector<std::int64_t> wanted = {70, 299, 0, 1, 2};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(row[i].token, wanted[i]);
}

TEST(Continuations, LargeAndSmallLogitsKeepTheirPrecision) {
  ContinuationOptions options;
  options.per_row = 2;
  for (const float shift : {-5000.0f, 0.0f, 5000.0f}) {
    const auto row = find({torch::tensor({{0.0f, -2.0f, 1.0f, -300.0f}}) + shift}, options)[0];
    EXPECT_EQ(row[0].token, 2);
    EXPECT_NEAR(row[0].log_probability, -std::log(1 + std::exp(-1.0) + std::exp(-3.0)), 1e-3);
  }
}

TEST(Continuations, ExcludedTokensAreNotFoundButCounted) {
  ContinuationOptions options;
  options.per_row = 3;
  options.end_token = 4;
  options.suppressed = {1};
  const Tensor logits = torch::tensor({{1.0f, 5.0f, 2.0f, 3.0f, 0.0f}}).expand({3, 5});
  const auto found = find({logits}, options, {{{}, {3}}, {2, {}}, {{}, {0, 2, 3, 4}}});
  const Tensor p = torch::log_softmax(logits[0], 0);
  ASSERT_EQ(found[0].size(), 3u);
  EXPECT_EQ(found[0][0].token, 2);
  EXPECT_NEAR(found[0][0].log_probability, p[2].item<double>(), 1e-5);
  EXPECT_EQ(found[0][2].token, 4);
  ASSERT_EQ(found[1].size(), 1u);
  EXPECT_NEAR(found[1][0].log_probability, p[2].item<double>(), 1e-5);
  ASSERT_EQ(found[2].size(), 1u);  // the end token is what is left
  EXPECT_EQ(found[2][0].token, 4);
  EXPECT_NEAR(found[2][0].log_probability, p[4].item<double>(), 1e-5);
}

TEST(Continuations, SeveralModelsGiveTheMeanOfProbabilities) {
  torch::manual_seed(2);
  const std::vector<Tensor> logits = {torch::randn({4, 101}) * 2, torch::randn({4, 101}) * 2 + 30,
                                      torch::randn({4, 101}) * 2 - 30};
  Tensor mean = torch::zeros({4, 101}, torch::kDouble);
  for (const Tensor& one : logits) mean += torch::softmax(one.to(torch::kDouble), 1) / 3;
  ContinuationOptions options;
  options.per_row = 10;
  options.suppressed = {100};
  const auto found = find(logits, options, {{{}, {}}, {7, {}}, {{}, {}}, {{}, {}}});
  mean.select(1, 100).zero_();
  const auto [values, places] = mean.topk(10, 1);
  for (const std::int64_t r : {0, 2, 3}) {
    for (std::int64_t i = 0; i < 10; ++i) {
      const Continuation& one = found[static_cast<std::size_t>(r)][static_cast<std::size_t>(i)];
      EXPECT_EQ(one.token, places[r][i].item<std::int64_t>());
      EXPECT_NEAR(one.log_probability, std::log(values[r][i].item<double>()), 1e-5);
    }
  }
  EXPECT_NEAR(found[1][0].log_probability, std::log(mean[1][7].item<double>()), 1e-5);
}

TEST(Continuations, RowsThatAreNotFiniteHaveNone) {
  ContinuationOptions options;
  options.per_row = 2;
  Tensor logits = torch::zeros({4, 50});
  logits[0][49] = NAN;
  logits[1][3] = INFINITY;
  logits[2].fill_(kNone);
  const auto found = find({logits}, options);
  for (std::size_t r = 0; r < 3; ++r) EXPECT_TRUE(found[r].empty()) << r;
  EXPECT_EQ(found[3].size(), 2u);
  EXPECT_TRUE(find({torch::zeros({4, 50}), logits}, options)[0].empty());
}

}  // namespace
}  // namespace roformer::generate
