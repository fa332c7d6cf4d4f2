// tests of model/: the output layer with a smoothed loss as one operator, against LibTorch's own.
#include "roformer/model/smoothed_loss.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

#include "roformer/base/error.h"

namespace roformer::model {
namespace {

using torch::Tensor;

struct SmoothedCase {
  std::int64_t rows, size, words;
  double smoothing;
  bool bias;
};

class SmoothedLossTest : public ::testing::TestWithParam<SmoothedCase> {};

double relative_gap(const Tensor& a, const Tensor& b) {
  if (a.numel() == 0) return 0;
  const double scale = 1 + b.abs().max().item<double>();
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>() / scale;
}

TEST_P(SmoothedLossTest, FusedEqualsComposedInDoublePrecision) {
  const SmoothedCase& c = GetParam();
  torch::manual_seed(6);
  const Tensor hidden = torch::randn({c.rows, c.size}).set_requires_grad(true);
  const Tensor weight = torch::randn({c.words, c.size}).set_requires_grad(true);
  const Tensor bias = c.bias ? torch::randn({c.words}) : Tensor();
  const Tensor labels = torch::randint(0, c.words, {c.rows}, torch::kInt64);
  const auto fused = smoothed_loss(hidden, weight, bias, labels, c.smoothing);
  const auto exact =
      smoothed_loss_composed(hidden.to(torch::kFloat64), weight.to(torch::kFloat64),
                             c.bias ? bias.to(torch::kFloat64) : bias, labels, c.smoothing);
  EXPECT_NEAR(fused.loss.item<double>(), exact.loss.item<double>(),
              1e-5 * (1 + exact.loss.item<double>()));
  EXPECT_NEAR(fused.negative_log_likelihood, exact.negative_log_likelihood,
              1e-5 * (1 + exact.negative_log_likelihood));
  EXPECT_EQ(fused.correct, exact.correct);
  const Tensor factor = torch::tensor(0.5);  // an upstream gradient other than 1
  const auto ours = torch::autograd::grad({fused.loss * factor}, {hidden, weight});
  const auto theirs = torch::autograd::grad({exact.loss * factor}, {hidden, weight});
  for (std::size_t i = 0; i < 2; ++i) EXPECT_LE(relative_gap(ours[i], theirs[i]), 1e-5) << i;
  const auto pieces = smoothed_loss(hidden, weight, bias, labels, c.smoothing, 7 * c.words);
  const auto piecewise = torch::autograd::grad({pieces.loss * factor}, {hidden, weight});
  for (std::size_t i = 0; i < 2; ++i) EXPECT_LE(relative_gap(piecewise[i], theirs[i]), 1e-5) << i;
  const torch::NoGradGuard no_gradient;
  EXPECT_EQ(smoothed_loss(hidden, weight, bias, labels, c.smoothing).loss.item<float>(),
            fused.loss.item<float>());
}

INSTANTIATE_TEST_SUITE_P(Shapes, SmoothedLossTest,
                         ::testing::Values(SmoothedCase{0, 8, 11, 0.1, false},
                                           SmoothedCase{1, 4, 1, 0.1, false},
                                           SmoothedCase{1, 8, 2, 0.1, true},
                                           SmoothedCase{33, 16, 67, 0, true},
                                           SmoothedCase{1030, 24, 501, 0.1, true},
                                           SmoothedCase{7, 32, 4000, 0.3, false}));

// With PyTorch's own label smoothing, which spreads ε over all V words, the label's included:
// fairseq's ε is PyTorch's times (V − 1) / V.
TEST(SmoothedLoss, IsTheCrossEntropyOfTorchUnderItsDefinition) {
  torch::manual_seed(1);
  const std::int64_t words = 37;
  const Tensor hidden = torch::randn({9, 8}), weight = torch::randn({words, 8});
  const Tensor labels = torch::randint(0, words, {9}, torch::kInt64);
  const double smoothing = 0.1;
  const double fairseq = smoothing * (words - 1) / words;
  const Tensor logits = torch::mm(hidden, weight.t());
  const Tensor expected =
      torch::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum, -100, smoothing);
  EXPECT_NEAR(smoothed_loss(hidden, weight, {}, labels, fairseq).loss.item<double>(),
              expected.item<double>(), 1e-3);
}

TEST(SmoothedLoss, RefusesLabelsOutOfRangeAndShowsWhatIsNotFinite) {
  const Tensor hidden = torch::ones({2, 4}), weight = torch::ones({5, 4});
  EXPECT_THROW(smoothed_loss(hidden, weight, {}, torch::tensor({0, 5}), 0.1), Error);
  EXPECT_THROW(smoothed_loss(hidden, weight, {}, torch::tensor({-1, 0}), 0.1), Error);
  EXPECT_THROW(smoothed_loss(hidden, weight, {}, torch::tensor({0}), 0.1), Error);
  const Tensor spoilt = torch::full({2, 4}, std::numeric_limits<float>::quiet_NaN());
  EXPECT_TRUE(std::isnan(
      smoothed_loss(spoilt, weight, {}, torch::tensor({0, 1}), 0.1).loss.item<double>()));
}

}  // namespace
}  // namespace roformer::model
