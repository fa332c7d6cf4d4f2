// tests of attention/: the fused operator against the composed form in float64, forward and
// backward.
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <array>

#include "roformer/attention/packed_attention.h"
#include "roformer/base/error.h"
#include "tests/packed/peak_memory.h"
#include "tests/packed/second_gradients.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

struct AttentionCase {
  std::vector<std::int32_t> lengths;
  std::int64_t heads, head_size;
  Visibility visibility;
  double dropout;
};

Tensor offsets_of(const std::vector<std::int32_t>& lengths) {
  std::vector<std::int32_t> offsets = {0};
  for (const auto length : lengths) offsets.push_back(offsets.back() + length);
  return torch::tensor(offsets, torch::kInt32);
}

std::int64_t total(const std::vector<std::int32_t>& lengths) {
  std::int64_t sum = 0;
  for (const auto length : lengths) sum += length;
  return sum;
}

std::vector<Span> spans_for(const std::vector<std::int32_t>& lengths,
                            Visibility visibility = Visibility::two_sided) {
  return self_spans(offsets_of(lengths), total(lengths), visibility);
}

Tensor composed(const Tensor& qkv, const std::vector<Span>& spans,
                const AttentionOptions& options) {
  const auto parts = qkv.unbind(1);
  return composed_attention(parts[0], parts[1], parts[2], spans, options);
}

double distance(const Tensor& a, const Tensor& b) {
  if (a.numel() == 0) return 0;
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

constexpr std::array moduli = {position::PairProduct::modulus,
                               position::PairProduct::conjugate_modulus};

class PackedAttentionTest : public ::testing::TestWithParam<AttentionCase> {};

TEST_P(PackedAttentionTest, FusedEqualsComposedInDouble) {
  const AttentionCase& c = GetParam();
  torch::manual_seed(5);
  const auto offsets = spans_for(c.lengths, c.visibility);
  const AttentionOptions options{1 / std::sqrt(static_cast<double>(c.head_size)), c.dropout,
                                 1234567890123};
  auto qkv =
      (torch::randn({total(c.lengths), 3, c.heads, c.head_size}) * 1.5).set_requires_grad(true);
  auto exact = qkv.detach().to(torch::kFloat64).set_requires_grad(true);
  const auto slope = torch::randn({total(c.lengths), c.heads, c.head_size});
  const auto fused = packed_self_attention(qkv, offsets, options);
  const auto expected = composed(exact, offsets, options);
  ASSERT_EQ(fused.sizes(), expected.sizes());
  // Scores reach 60 here: their rounding in float32, 4e-6, is the relative error of the weights.
  EXPECT_LE(distance(fused, expected), 1e-5);
  if (qkv.numel() == 0) return;
  (fused * slope).sum().backward();
  (expected * slope).sum().backward();
  EXPECT_LE(distance(qkv.grad(), exact.grad()), 3e-5);
}

TEST_P(PackedAttentionTest, ModuliEqualTheComposedFormInDouble) {
  const AttentionCase& c = GetParam();
  const auto spans = spans_for(c.lengths, c.visibility);
  for (const auto product : moduli) {
    torch::manual_seed(5);
    const AttentionOptions options{1 / std::sqrt(static_cast<double>(c.head_size)), c.dropout,
                                   1234567890123, product};
    auto qkv = torch::randn({total(c.lengths), 3, c.heads, c.head_size}).set_requires_grad(true);
    if (c.head_size % 2 != 0) {
      EXPECT_THROW(packed_self_attention(qkv, spans, options), Error);
      continue;
    }
    auto exact = qkv.detach().to(torch::kFloat64).set_requires_grad(true);
    const auto slope = torch::randn({total(c.lengths), c.heads, c.head_size});
    const auto fused = packed_self_attention(qkv, spans, options);
    const auto expected = composed(exact, spans, options);
    ASSERT_EQ(fused.sizes(), expected.sizes());
    EXPECT_LE(distance(fused, expected), 1e-5);
    if (qkv.numel() == 0) continue;
    (fused * slope).sum().backward();
    (expected * slope).sum().backward();
    EXPECT_LE(distance(qkv.grad(), exact.grad()), 3e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, PackedAttentionTest,
    ::testing::Values(AttentionCase{{}, 2, 8, Visibility::two_sided, 0},
                      AttentionCase{{0, 0}, 2, 8, Visibility::causal, 0},
                      AttentionCase{{1}, 1, 1, Visibility::two_sided, 0},
                      AttentionCase{{1, 2}, 1, 2, Visibility::two_sided, 0},
                      AttentionCase{{5, 0, 3, 3, 1}, 3, 10, Visibility::two_sided, 0},
                      AttentionCase{{5, 0, 3, 3, 1}, 3, 10, Visibility::causal, 0.3},
                      AttentionCase{{49, 97, 16}, 2, 64, Visibility::two_sided, 0},
                      AttentionCase{{130, 47}, 12, 64, Visibility::causal, 0},
                      AttentionCase{{64, 64}, 2, 128, Visibility::two_sided, 0.1},
                      AttentionCase{{300}, 1, 34, Visibility::two_sided, 0.1},
                      AttentionCase{{511, 2}, 2, 65, Visibility::causal, 0.5},
                      AttentionCase{{1500}, 1, 32, Visibility::two_sided, 0}));

TEST(PackedAttention, SecondGradientsAreThoseOfTheComposedForm) {
  torch::manual_seed(15);
  for (const auto visibility : {Visibility::two_sided, Visibility::causal}) {
    for (const double dropout : {0.0, 0.3}) {
      const auto spans = spans_for({9, 1, 17}, visibility);
      const AttentionOptions options{0.3, dropout, 77};
      packed::expect_second_gradients(
          [&](const auto& in) { return packed_self_attention(in[0], spans, options); },
          [&](const auto& in) { return composed(in[0], spans, options); },
          {torch::randn({27, 3, 2, 12})}, 1e-5);
      packed::expect_second_gradients(
          [&](const auto& in) { return packed_attention(in[0], in[1], in[2], spans, options); },
          [&](const auto& in) { return composed_attention(in[0], in[1], in[2], spans, options); },
          {torch::randn({27, 2, 12}), torch::randn({27, 2, 12}), torch::randn({27, 2, 12})}, 1e-5);
    }
  }
}

TEST(Moduli, SecondGradientsAreThoseOfTheComposedForm) {
  torch::manual_seed(17);
  for (const auto product : moduli) {
    for (const double dropout : {0.0, 0.3}) {
      const auto spans = spans_for({9, 1, 17}, Visibility::causal);
      const AttentionOptions options{0.3, dropout, 77, product};
      packed::expect_second_gradients(
          [&](const auto& in) { return packed_self_attention(in[0], spans, options); },
          [&](const auto& in) { return composed(in[0], spans, options); },
          {torch::randn({27, 3, 2, 12})}, 2e-5);
    }
  }
}

// Gradients run on this thread too, where memory is counted.
TEST(PackedAttentionModuli, MakesNoTensorOfAllPairs) {
  constexpr std::int64_t tokens = 1200;
  for (const auto product : moduli) {
    AttentionOptions options{0.2, 0.0, 1};
    options.product = product;
    const Tensor qkv = torch::randn({tokens, 3, 1, 32}).set_requires_grad(true);
    const auto peak = packed::peak_memory(
        [&] { packed_self_attention(qkv, spans_for({tokens}), options).sum().backward(); });
    EXPECT_GT(peak, 0);
    EXPECT_LT(peak, 4 * tokens * tokens);
  }
}

// Products that are zero: the modulus' slope is 0 there, not 0 / 0.
TEST(Moduli, OfNothingHaveSlopeZero) {
  torch::manual_seed(18);
  for (const auto product : moduli) {
    const Tensor qkv = torch::randn({60, 3, 2, 8});
    qkv.slice(0, 7, 40).select(1, 0).zero_();
    qkv.slice(0, 50, 55).select(1, 1).zero_();
    const auto gradient_of = [&](const Tensor& x) {
      const Tensor leaf = x.detach().clone().requires_grad_();
      const Tensor out = leaf.scalar_type() == torch::kFloat64
                             ? composed(leaf, spans_for({60}), {0.3, 0, 0, product})
                             : packed_self_attention(leaf, spans_for({60}), {0.3, 0, 0, product});
      return torch::autograd::grad({out.square().sum()}, {leaf})[0];
    };
    EXPECT_LE(distance(gradient_of(qkv), gradient_of(qkv.to(torch::kFloat64))), 3e-5);
  }
}

TEST(Moduli, ThreadsDoNotChangeABit) {
  torch::manual_seed(19);
  for (const auto product : moduli) {
    const auto qkv = torch::randn({1250, 3, 1, 32}).set_requires_grad(true);
    const auto run = [&](int threads) {
      const int before = at::get_num_threads();
      at::set_num_threads(threads);
      const auto out = packed_self_attention(qkv, spans_for({1200, 50}), {0.2, 0.1, 3, product});
      const auto gradient = torch::autograd::grad({out.sum()}, {qkv})[0];
      at::set_num_threads(before);
      return std::make_pair(out.detach(), gradient);
    };
    const auto one = run(1), two = run(2);
    EXPECT_TRUE(torch::equal(one.first, two.first));
    EXPECT_TRUE(torch::equal(one.second, two.second));
  }
}

TEST(Moduli, HalfTypesAreRoundedOnce) {
  torch::manual_seed(20);
  const auto spans = spans_for({120, 33});
  for (const auto product : moduli) {
    for (const auto& [type, tolerance] :
         {std::pair{torch::kBFloat16, 4e-3}, {torch::kHalf, 5e-4}}) {
      const auto qkv = torch::randn({153, 3, 2, 64}).to(type);
      const auto out = packed_self_attention(qkv, spans, {0.125, 0, 0, product});
      EXPECT_EQ(out.scalar_type(), type);
      EXPECT_LE(packed::relative_gap(
                    out, composed(qkv.to(torch::kFloat64), spans, {0.125, 0, 0, product})),
                tolerance);
    }
  }
}

TEST(Moduli, NotANumberStaysOne) {
  for (const auto product : moduli) {
    const auto qkv = torch::randn({20, 3, 1, 8});
    qkv[3][0].fill_(std::nan(""));
    const auto out = packed_self_attention(qkv, spans_for({20}), {0.3, 0, 0, product});
    EXPECT_TRUE(torch::isnan(out[3]).all().item<bool>());
    EXPECT_TRUE(torch::isfinite(out[4]).all().item<bool>());
  }
}

TEST(Moduli, RefuseTermsBesideThem) {
  const auto qkv = torch::randn({4, 3, 1, 8});
  PlacedTerms terms;
  terms.terms.numbers = torch::zeros({1, 7});
  terms.places = {{0, 0}};
  terms.least = -3;
  EXPECT_NO_THROW(packed_self_attention(qkv, spans_for({4}), {0.3}, terms));
  EXPECT_THROW(packed_self_attention(qkv, spans_for({4}), {0.3, 0, 0, moduli[0]}, terms), Error);
}

// Values and gradients of half types: one rounding each.
TEST(PackedAttention, HalfTypesAreRoundedOnce) {
  torch::manual_seed(16);
  const auto spans = spans_for({120, 33, 500});
  const AttentionOptions options{0.125, 0, 0};
  const auto values = torch::randn({653, 3, 2, 64});
  values.slice(1, 0, 2).mul_(std::sqrt(10.0));
  const auto slope = torch::randn({653, 2, 64});
  for (const auto& [type, tolerance] : {std::pair{torch::kBFloat16, 4e-3}, {torch::kHalf, 5e-4}}) {
    const auto qkv = values.to(type).set_requires_grad(true);
    const auto exact = qkv.detach().to(torch::kFloat64).set_requires_grad(true);
    const auto out = packed_self_attention(qkv, spans, options);
    const auto expected = composed(exact, spans, options);
    EXPECT_EQ(out.scalar_type(), type);
    EXPECT_LE(packed::relative_gap(out, expected), tolerance);
    const auto half_slope = slope.to(type);
    const auto gradient = torch::autograd::grad({out}, {qkv}, {half_slope})[0];
    const auto exact_gradient =
        torch::autograd::grad({expected}, {exact}, {half_slope.to(torch::kFloat64)})[0];
    EXPECT_LE(packed::relative_gap(gradient, exact_gradient), tolerance);
    const auto parts = qkv.detach().unbind(1);
    const auto apart = packed_attention(parts[0], parts[1], parts[2], spans, options);
    EXPECT_TRUE(torch::equal(apart, out));
  }
}

TEST(PackedAttention, PackedEqualsEachSequenceAlone) {
  torch::manual_seed(6);
  const std::vector<std::int32_t> lengths = {7, 1, 33, 33, 120};
  const auto qkv = torch::randn({total(lengths), 3, 4, 16});
  const AttentionOptions options{0.25, 0, 0};
  const auto packed = packed_self_attention(qkv, spans_for(lengths), options);
  std::int64_t begin = 0;
  for (const auto length : lengths) {
    const auto alone =
        packed_self_attention(qkv.narrow(0, begin, length), spans_for({length}), options);
    EXPECT_TRUE(torch::equal(alone, packed.narrow(0, begin, length)));
    begin += length;
  }
}

TEST(PackedAttention, ThreadsDoNotChangeABit) {
  torch::manual_seed(7);
  auto qkv = torch::randn({400, 3, 3, 32}).set_requires_grad(true);
  const AttentionOptions options{0.2, 0.1, 3};
  const auto run = [&](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    const auto out = packed_self_attention(qkv, spans_for({350, 50}), options);
    const auto gradient = torch::autograd::grad({out.sum()}, {qkv})[0];
    at::set_num_threads(before);
    return std::make_pair(out.detach(), gradient);
  };
  const auto one = run(1), two = run(2);
  EXPECT_TRUE(torch::equal(one.first, two.first));
  EXPECT_TRUE(torch::equal(one.second, two.second));
}

TEST(PackedAttention, DropoutKeepsTheMeanAndTheShare) {
  const auto ones = torch::ones(
      {512, 3, 1, 8});  // uniform weights over 512 equal values: the output is the kept share
  const AttentionOptions options{1, 0.25, 99};
  const auto out = packed_self_attention(ones, spans_for({512}), options);
  EXPECT_NEAR(out.mean().item<double>(), 1.0, 0.005);  // 262,144 draws: standard error 0.0011
  EXPECT_NEAR(out.select(2, 0).std().item<double>(), std::sqrt(0.25 / 0.75 / 512), 0.004);
  AttentionOptions other = options;
  other.dropout_seed = 100;
  EXPECT_FALSE(torch::equal(out, packed_self_attention(ones, spans_for({512}), other)));
}

TEST(PackedAttention, HugeScoresStayFinite) {
  auto qkv = torch::randn({40, 3, 1, 16}) * 300;
  const auto out = packed_self_attention(qkv, spans_for({40}), {0.25, 0, 0});
  EXPECT_TRUE(torch::isfinite(out).all().item<bool>());
  EXPECT_LE(distance(out, composed(qkv.to(torch::kFloat64), spans_for({40}), {0.25})), 0.05);
}

TEST(PackedAttention, FutureTokensDoNotReachCausalOutputs) {
  auto qkv = torch::randn({90, 3, 2, 16});
  const AttentionOptions options{0.25, 0, 0};
  const auto before = packed_self_attention(qkv, spans_for({90}, Visibility::causal), options);
  qkv.narrow(0, 70, 20).normal_();
  const auto after = packed_self_attention(qkv, spans_for({90}, Visibility::causal), options);
  EXPECT_TRUE(torch::equal(before.narrow(0, 0, 70), after.narrow(0, 0, 70)));
}

TEST(PackedAttention, GivesWeightsAndTakesTerms) {
  const auto q = torch::randn({6, 2, 4}), k = torch::randn({6, 2, 4}), v = torch::randn({6, 2, 4});
  std::vector<Tensor> weights;
  AttentionTerms terms;
  terms.score_bias = [](const Tensor&, const Tensor&, const Tensor& m, const Tensor& n) {
    return (-1e9 * (m.unsqueeze(-1) != n.unsqueeze(-2)).to(torch::kFloat32)).unsqueeze(1);
  };
  terms.value_term = [](const Tensor& w, const Tensor&, const Tensor&) { return w.sum(-1, true); };
  terms.q_positions = terms.k_positions = torch::tensor({0, 1, 2, 0, 1, 2});
  const auto out = composed_attention(q, k, v, spans_for({3, 3}), {}, terms, &weights);
  ASSERT_EQ(weights.size(), 2);
  EXPECT_LE(distance(weights[1], torch::eye(3).expand({2, 3, 3})),
            1e-6);  // each query sees itself only
  EXPECT_LE(distance(out, v + 1), 1e-6);
}

TEST(PackedAttention, OtherTypesTakeTheComposedPath) {
  const auto qkv = torch::randn({20, 3, 2, 8}, torch::kFloat64);
  const AttentionOptions options{0.3, 0.2, 8};
  EXPECT_TRUE(torch::equal(packed_self_attention(qkv, spans_for({20}, Visibility::causal), options),
                           composed(qkv, spans_for({20}, Visibility::causal), options)));
  EXPECT_EQ(packed_self_attention(qkv.to(torch::kBFloat16), spans_for({20}), options).scalar_type(),
            torch::kBFloat16);
}

TEST(PackedAttention, RefusesWrongOffsets) {
  EXPECT_THROW(self_spans(offsets_of({3}), 4, Visibility::causal), Error);
  EXPECT_THROW(self_spans(torch::tensor({0, 5, 4}, torch::kInt32), 4, Visibility::causal), Error);
  EXPECT_THROW(self_spans(torch::tensor({0, 4}, torch::kInt64), 4, Visibility::causal), Error);
  EXPECT_THROW(cross_spans(offsets_of({3}), 3, offsets_of({1, 2}), 3), Error);
  EXPECT_THROW(packed_self_attention(torch::randn({4, 2, 1, 8}), spans_for({4}), {}), Error);
  const auto qkv = torch::randn({4, 3, 1, 8});
  EXPECT_THROW(packed_self_attention(qkv, spans_for({3}), {}), Error);
  EXPECT_THROW(packed_self_attention(qkv, {{0, 4, 1, 4, 0, 0}}, {}), Error);
}

// Every query's keys of its own: prefixes, offsets, keys beyond the queries, and none at all.
const std::vector<Span> uneven_spans = {{0, 50, 0, 61, 7, 11},  // a prefix and a cache
                                        {50, 0, 61, 4, 4, 0},
                                        {50, 3, 65, 0, 0, 0},       // nothing to see
                                        {53, 9, 70, 130, 130, 0}};  // gap of five keys before

TEST(PackedAttention, QueriesAndKeysOfTheirOwn) {
  torch::manual_seed(9);
  const auto leaf_of = [](std::int64_t rows) {
    return torch::randn({rows, 3, 34}).set_requires_grad(true);
  };
  const Tensor q = leaf_of(62), k = leaf_of(203), v = leaf_of(203);
  const auto exact = [](const Tensor& x) {
    return x.detach().to(torch::kFloat64).set_requires_grad(true);
  };
  const Tensor q2 = exact(q), k2 = exact(k), v2 = exact(v);
  for (const auto product : {position::PairProduct::real, moduli[0], moduli[1]}) {
    const AttentionOptions options{0.2, 0.1, 17, product};
    const auto fused = packed_attention(q, k, v, uneven_spans, options);
    const auto expected = composed_attention(q2, k2, v2, uneven_spans, options);
    EXPECT_LE(distance(fused, expected), 1e-5);
    EXPECT_EQ(fused.narrow(0, 50, 3).abs().sum().item<double>(), 0);
    const auto slope = torch::randn({62, 3, 34});
    const auto ours = torch::autograd::grad({(fused * slope).sum()}, {q, k, v}),
               theirs = torch::autograd::grad({(expected * slope).sum()}, {q2, k2, v2});
    for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_LE(distance(ours[i], theirs[i]), 3e-5);
  }
}

// Two spans on the same keys would write both of their gradients to one place at once.
TEST(PackedAttention, SharedKeysHaveNoGradient) {
  const std::vector<Span> shared = {{0, 2, 0, 4, 4, 0}, {2, 1, 9, 0, 0, 0}, {3, 2, 3, 5, 5, 0}};
  const Tensor q = torch::randn({5, 2, 8}), kv = torch::randn({9, 2, 8});
  const Tensor expected = composed_attention(q, kv, kv, shared, {0.5});
  EXPECT_LE(distance(packed_attention(q, kv, kv, shared, {0.5}), expected), 1e-5);
  for (const auto type : {torch::kFloat32, torch::kFloat64}) {
    const Tensor leaf = q.to(type).clone().requires_grad_();
    EXPECT_THROW(packed_attention(leaf, kv.to(type), kv.to(type), shared, {0.5}), Error);
    const torch::NoGradGuard no_gradient;
    EXPECT_LE(distance(packed_attention(leaf, kv.to(type), kv.to(type), shared, {0.5}), expected),
              1e-5);
  }
  const Tensor qkv = torch::randn({4, 3, 2, 8}).requires_grad_();
  EXPECT_THROW(packed_self_attention(qkv, {{0, 2, 0, 3, 3, 0}, {2, 2, 2, 2, 2, 0}}, {0.5}), Error);
  EXPECT_NO_THROW(packed_self_attention(qkv, {{0, 2, 2, 2, 2, 0}, {2, 2, 0, 2, 2, 0}}, {0.5}));
}

TEST(PackedAttention, PrefixIsSeenByAllAndTheRestLooksBack) {
  Tensor keys = torch::zeros({6, 1, 2});
  const Tensor values = torch::eye(6).narrow(1, 0, 6).view({6, 1, 6});
  const auto out = composed_attention(keys, keys, values, {{0, 6, 0, 6, 4, 0}}, {});
  for (std::int64_t query = 0; query < 6; ++query) {
    const double seen = query < 4 ? 4 : static_cast<double>(query + 1);
    EXPECT_NEAR(out[query][0][0].item<double>(), 1 / seen, 1e-6);
    EXPECT_EQ((out[query][0] > 0).sum().item<std::int64_t>(), static_cast<std::int64_t>(seen));
  }
}

TEST(PackedAttention, TokensThatNobodySeesStillLook) {
  torch::manual_seed(10);
  const auto qkv = torch::randn({7, 3, 2, 8}).set_requires_grad(true);
  // Five keys, seven queries: the last two see the five, and nobody sees them.
  const std::vector<Span> spans = {{0, 7, 0, 5, 5, 0}};
  const auto out = packed_self_attention(qkv, spans, {0.4});
  const auto alone = packed_self_attention(qkv.narrow(0, 0, 5), spans_for({5}), {0.4});
  EXPECT_LE(distance(out.narrow(0, 0, 5), alone), 1e-6);
  EXPECT_LE(distance(out, composed(qkv, spans, {0.4})), 1e-6);
  const auto gradient = torch::autograd::grad({out.sum()}, {qkv})[0];
  EXPECT_EQ(gradient.narrow(0, 5, 2).narrow(1, 1, 2).abs().sum().item<double>(), 0);
}

}  // namespace
}  // namespace roformer::attention
