// The reference form itself, against a softmax written out for every query and key.
#include "roformer/attention/packed_attention.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "tests/packed/second_gradients.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

// One head, float64: Σ_n e^(s q_m · k_n + b(m, n)) v_n / Σ_n e^(…) over the keys that m sees.
Tensor written_out(const Tensor& q, const Tensor& k, const Tensor& v,
                   const std::vector<Span>& spans, double scale,
                   const std::function<double(std::int64_t, std::int64_t)>& bias) {
  Tensor out = torch::zeros_like(q);
  for (const Span& span : spans) {
    for (std::int64_t i = 0; i < span.num_queries; ++i) {
      double sum = 0;
      Tensor row = torch::zeros({v.size(2)}, torch::kFloat64);
      for (std::int64_t j = 0; j < span.visible_keys(i); ++j) {
        const std::int64_t m = span.first_query + i, n = span.first_key + j;
        const double weight = std::exp(scale * q[m][0].dot(k[n][0]).item<double>() + bias(m, n));
        sum += weight;
        row += weight * v[n][0];
      }
      if (sum > 0) out[span.first_query + i][0] = row / sum;
    }
  }
  return out;
}

const std::vector<Span> some_spans = {
    {0, 3, 4, 3, 3, 0}, {3, 2, 0, 4, 0, 2}, {5, 1, 7, 0, 0, 0}, {6, 3, 7, 3, 1, 0}};

class ComposedAttention : public ::testing::Test {
 protected:
  static Tensor draw(std::int64_t rows) { return torch::randn({rows, 1, 4}, torch::kFloat64); }
  void SetUp() override {
    torch::manual_seed(5);
    q_ = draw(9), k_ = draw(10), v_ = draw(10);
  }
  Tensor q_, k_, v_;
};

TEST_F(ComposedAttention, EqualsTheSumsWrittenOut) {
  const Tensor expected =
      written_out(q_, k_, v_, some_spans, 0.7, [](std::int64_t, std::int64_t) { return 0.0; });
  std::vector<Tensor> weights;
  const Tensor out = composed_attention(q_, k_, v_, some_spans, {0.7}, {}, &weights);
  EXPECT_LE((out - expected).abs().max().item<double>(), 1e-12);
  ASSERT_EQ(weights.size(), some_spans.size());
  EXPECT_EQ(weights[1].sizes(), torch::IntArrayRef({1, 2, 4}));
  EXPECT_EQ(weights[1][0][0][3].item<double>(), 0);  // query 0 sees three keys
  EXPECT_LE((weights[3].sum(-1) - 1).abs().max().item<double>(), 1e-12);
}

TEST_F(ComposedAttention, TermsAreAddedToScoresAndOutput) {
  AttentionTerms terms;
  terms.q_positions = torch::arange(9) * 2;
  terms.k_positions = torch::arange(10) * 3;
  terms.score_bias = [](const Tensor&, const Tensor&, const Tensor& m, const Tensor& n) {
    return (0.1 * (m.unsqueeze(2) - n.unsqueeze(1)).to(torch::kFloat64)).unsqueeze(1);
  };
  terms.value_term = [](const Tensor& weights, const Tensor&, const Tensor& n) {
    return torch::matmul(
        weights,
        n.to(torch::kFloat64).unsqueeze(1).unsqueeze(3).expand({n.size(0), 1, n.size(1), 4}));
  };
  const auto bias = [](std::int64_t m, std::int64_t n) {
    return 0.1 * static_cast<double>(2 * m - 3 * n);
  };
  const Tensor moved = v_ + (torch::arange(10).to(torch::kFloat64) * 3).unsqueeze(1).unsqueeze(2);
  const Tensor expected = written_out(q_, k_, moved, some_spans, 1, bias);
  EXPECT_LE(
      (composed_attention(q_, k_, v_, some_spans, {}, terms) - expected).abs().max().item<double>(),
      1e-12);
}

// Scores of some tens, as trained models have them: one rounding of the result, 2^-9 or 2^-12 of
// it, and none of scores, weights or sums on the way.
TEST(ComposedAttentionHalf, IsRoundedOnce) {
  torch::manual_seed(6);
  const std::vector<Span> spans = {{0, 100, 0, 100, 100, 0}, {100, 300, 100, 300, 0, 0}};
  const Tensor qkv = torch::randn({400, 3, 2, 64});
  qkv.slice(1, 0, 2).mul_(std::sqrt(10.0));  // deviation of the scores: 10
  for (const auto& [type, tolerance] : {std::pair{torch::kBFloat16, 3e-3}, {torch::kHalf, 4e-4}}) {
    const auto parts = qkv.to(type).unbind(1);
    const auto exact = qkv.to(type).to(torch::kFloat64).unbind(1);
    std::vector<Tensor> weights, exact_weights;
    const AttentionOptions options{0.125};
    const Tensor out =
        composed_attention(parts[0], parts[1], parts[2], spans, options, {}, &weights);
    const Tensor expected =
        composed_attention(exact[0], exact[1], exact[2], spans, options, {}, &exact_weights);
    EXPECT_EQ(out.scalar_type(), type);
    EXPECT_EQ(weights[1].scalar_type(), type);
    EXPECT_LE(packed::relative_gap(out, expected), tolerance);
    EXPECT_LE(packed::relative_gap(weights[1], exact_weights[1]), tolerance);
  }
}

// A dropped weight counts in the denominator; the kept ones grow by 1 / (1 − p).
TEST_F(ComposedAttention, DropoutScalesWhatItKeeps) {
  const Tensor ones = torch::ones({64, 1, 1}, torch::kFloat64), zeros = torch::zeros_like(ones);
  const Tensor out = composed_attention(zeros, zeros, ones, {{0, 64, 0, 64, 64, 0}}, {1, 0.25, 3});
  const Tensor kept = out * 64 * 0.75;  // how many of 64 equal weights
  EXPECT_LE((kept - kept.round()).abs().max().item<double>(), 1e-5);
  EXPECT_NEAR(kept.mean().item<double>(), 48, 1.5);  // 4,096 draws: standard error 0.43
}

}  // namespace
}  // namespace roformer::attention
