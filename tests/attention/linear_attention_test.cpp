// tests of attention/: linear attention against the plain sums of Eq. 18 and 19 in float64, forward
// and backward, packed and with a state.
#include "roformer/attention/linear_attention.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/attention/feature_map.h"
#include "roformer/base/error.h"
#include "roformer/rope/rotation.h"
#include "tests/packed/second_gradients.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

struct LinearCase {
  std::vector<std::int32_t> lengths;
  std::int64_t heads, features, size;
  Visibility visibility;
  bool rotates;  // numerator and denominator differ
  bool normalizes;
};

std::vector<Span> linear_spans(const std::vector<std::int32_t>& lengths, Visibility visibility) {
  std::vector<std::int32_t> offsets = {0};
  for (const auto length : lengths) offsets.push_back(offsets.back() + length);
  return self_spans(torch::tensor(offsets, torch::kInt32), offsets.back(), visibility);
}

std::int64_t tokens_of(const std::vector<Span>& spans) {
  std::int64_t sum = 0;
  for (const Span& span : spans) sum += span.num_queries;
  return sum;
}

// Positive features, as all maps but the rotated give.
LinearInputs random_inputs(const LinearCase& c, std::int64_t tokens) {
  const auto positive = [&] { return torch::rand({tokens, c.heads, c.features}) + 0.05; };
  LinearInputs x;
  x.q_norm = positive();
  x.k_norm = positive();
  x.q = c.rotates ? torch::randn({tokens, c.heads, c.features}) : x.q_norm;
  x.k = c.rotates ? torch::randn({tokens, c.heads, c.features}) : x.k_norm;
  x.v = torch::randn({tokens, c.heads, c.size});
  return x;
}

LinearInputs in_double(const LinearInputs& x, bool shared) {
  const auto leaf = [](const Tensor& y) {
    return y.detach().to(torch::kFloat64).set_requires_grad(true);
  };
  LinearInputs y{leaf(x.q), leaf(x.k), {}, {}, leaf(x.v)};
  y.q_norm = shared ? y.q : leaf(x.q_norm);
  y.k_norm = shared ? y.k : leaf(x.k_norm);
  return y;
}

// All pairs, one sequence after the other.
Tensor naive(const LinearInputs& x, const std::vector<Span>& spans, const LinearOptions& options) {
  std::vector<Tensor> outputs;
  for (const Span& span : spans) {
    const auto rows = [&](const Tensor& y) {
      return y.narrow(0, span.first_query, span.num_queries).transpose(0, 1);  // (H, T, ·)
    };
    Tensor pairs = torch::matmul(rows(x.q), rows(x.k).transpose(1, 2));
    Tensor weights = torch::matmul(rows(x.q_norm), rows(x.k_norm).transpose(1, 2));
    if (span.prefix == 0) {
      pairs = pairs.tril();
      weights = weights.tril();
    }
    Tensor out = torch::matmul(pairs, rows(x.v));
    if (options.normalizes) out = out / (weights.sum(2, true) + options.epsilon);
    outputs.push_back(out.transpose(0, 1));
  }
  return outputs.empty() ? torch::zeros_like(x.v) : torch::cat(outputs, 0);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  if (a.numel() == 0) return 0;
  return (a.to(torch::kFloat64) - b).abs().max().item<double>();
}

double relative_difference(const Tensor& a, const Tensor& b) {
  if (a.numel() == 0) return 0;
  return ((a.to(torch::kFloat64) - b).norm() / b.norm()).item<double>();
}

class LinearAttentionTest : public ::testing::TestWithParam<LinearCase> {};

TEST_P(LinearAttentionTest, EqualsThePlainSums) {
  const LinearCase& c = GetParam();
  torch::manual_seed(3);
  const auto spans = linear_spans(c.lengths, c.visibility);
  const LinearOptions options{1e-6, c.normalizes};
  LinearInputs x = random_inputs(c, tokens_of(spans));
  LinearInputs exact = in_double(x, !c.rotates);
  for (const Tensor& tensor : {x.q, x.k, x.q_norm, x.k_norm, x.v}) tensor.set_requires_grad(true);
  const Tensor out = linear_attention(x, spans, options), expected = naive(exact, spans, options);
  const Tensor composed = composed_linear_attention(exact, spans, options);
  ASSERT_EQ(out.sizes(), expected.sizes());
  EXPECT_LE(relative_difference(out, expected), 3e-6);
  EXPECT_LE(largest_difference(composed, expected),
            1e-9 * (1 + expected.abs().sum().item<double>()));
  if (out.numel() == 0) return;
  const Tensor slope = torch::randn_like(out);
  (out * slope).sum().backward();
  (expected * slope).sum().backward();
  const auto compare = [&](const Tensor& ours, const Tensor& theirs, const char* name) {
    if (!theirs.grad().defined()) return;
    // One key alone has weight 1, whatever it is: the gradient is what rounding leaves.
    const double error = (ours.grad().to(torch::kFloat64) - theirs.grad()).norm().item<double>();
    EXPECT_LE(error, 1e-5 * theirs.grad().norm().item<double>() + 3e-6) << name;
  };
  compare(x.q, exact.q, "q");
  compare(x.k, exact.k, "k");
  compare(x.v, exact.v, "v");
  if (!c.normalizes) return;
  compare(x.q_norm, exact.q_norm, "q_norm");
  compare(x.k_norm, exact.k_norm, "k_norm");
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, LinearAttentionTest,
    ::testing::Values(LinearCase{{}, 2, 8, 8, Visibility::causal, false, true},
                      LinearCase{{0, 0}, 2, 8, 8, Visibility::causal, false, true},
                      LinearCase{{1}, 1, 1, 1, Visibility::causal, false, true},
                      LinearCase{{5, 0, 3, 3, 1}, 3, 10, 7, Visibility::causal, true, true},
                      LinearCase{{5, 0, 3, 3, 1}, 3, 10, 7, Visibility::two_sided, true, true},
                      LinearCase{{49, 97, 16}, 2, 64, 64, Visibility::two_sided, false, false},
                      LinearCase{{23, 24, 25}, 2, 16, 16, Visibility::causal, true, true},
                      LinearCase{{71, 72, 73}, 2, 64, 64, Visibility::causal, false, true},
                      LinearCase{{145}, 2, 266, 64, Visibility::causal, true, true},
                      LinearCase{{300}, 1, 34, 65, Visibility::causal, true, true},
                      LinearCase{{217}, 3, 33, 17, Visibility::causal, false, false},
                      LinearCase{{511, 2}, 2, 130, 50, Visibility::causal, false, true},
                      LinearCase{{97}, 1, 17, 128, Visibility::causal, true, false},
                      // Cut into pieces.
                      LinearCase{{576}, 1, 16, 16, Visibility::causal, true, true},
                      LinearCase{{0, 1500, 1}, 2, 33, 17, Visibility::causal, true, true},
                      LinearCase{{700, 1, 1301}, 1, 20, 24, Visibility::causal, false, true},
                      LinearCase{{1153}, 3, 18, 10, Visibility::causal, true, false}));

TEST(LinearAttention, ChunkedEqualsTheSumInDoubleAt4096Tokens) {
  torch::manual_seed(8);
  const LinearCase c{{4096}, 1, 256, 64, Visibility::causal, true, true};
  const auto spans = linear_spans(c.lengths, c.visibility);
  const LinearInputs x = random_inputs(c, 4096);
  const torch::NoGradGuard no_gradient;
  const Tensor expected = naive(in_double(x, false), spans, {1e-6, true});
  const double error = relative_difference(linear_attention(x, spans, {1e-6, true}), expected);
  RecordProperty("relative_error", fmt::format("{:.1e}", error));
  EXPECT_LE(error, 1e-4);
}

LinearInputs of_type(const LinearInputs& x, torch::ScalarType type) {
  return {x.q.to(type), x.k.to(type), x.q_norm.to(type), x.k_norm.to(type), x.v.to(type)};
}

// 9,000 tokens: half's running sums overflow on the way, bfloat16's stand still.
TEST(LinearAttention, HalfTypesAreSummedInFloat32) {
  torch::manual_seed(13);
  for (const auto visibility : {Visibility::causal, Visibility::two_sided}) {
    const LinearCase c{{8000, 1000}, 1, 16, 8, visibility, false, true};
    const auto spans = linear_spans(c.lengths, visibility);
    LinearInputs x = random_inputs(c, 9000);
    x.v = x.v + 3;
    for (const Tensor& tensor : {x.q, x.k}) tensor.mul_(20);
    for (const auto& [type, tolerance] :
         {std::pair{torch::kBFloat16, 3e-3}, {torch::kHalf, 4e-4}}) {
      const LinearInputs half = of_type(x, type), exact = of_type(half, torch::kFloat64);
      const Tensor expected = composed_linear_attention(exact, spans, {1e-6, true});
      for (const auto attend : {linear_attention, composed_linear_attention}) {
        const Tensor out = attend(half, spans, {1e-6, true}, nullptr);
        EXPECT_EQ(out.scalar_type(), type);
        EXPECT_LE(packed::relative_gap(out, expected), tolerance);
        const Tensor last = out.slice(0, 7999, 8000);
        EXPECT_LE(packed::relative_gap(last, expected.slice(0, 7999, 8000)), 2 * tolerance);
      }
    }
  }
}

TEST(LinearAttention, AStateOfHalfTypesIsFloat32) {
  torch::manual_seed(14);
  const LinearCase c{{600}, 2, 12, 8, Visibility::causal, false, true};
  const LinearInputs x = of_type(random_inputs(c, 600), torch::kBFloat16);
  const auto spans = linear_spans(c.lengths, c.visibility);
  const Tensor whole = linear_attention(x, spans, {1e-6, true});
  for (const auto attend : {linear_attention, composed_linear_attention}) {
    RecurrentLayer state;
    std::vector<Tensor> rows;
    for (std::int64_t i = 0; i < 600; i += 200) {
      const auto part = [&](const Tensor& y) { return y.slice(0, i, i + 200); };
      rows.push_back(attend({part(x.q), part(x.k), part(x.q_norm), part(x.k_norm), part(x.v)},
                            linear_spans({200}, Visibility::causal), {1e-6, true}, &state));
    }
    EXPECT_EQ(state.numerator.scalar_type(), torch::kFloat32);
    EXPECT_EQ(state.denominator.scalar_type(), torch::kFloat32);
    EXPECT_LE(packed::relative_gap(torch::cat(rows), whole), 1e-3);
  }
}

TEST(LinearAttention, SecondGradientsAreThoseOfTheComposedForm) {
  torch::manual_seed(15);
  for (const bool normalizes : {true, false}) {
    const LinearCase c{{40, 1, 7}, 2, 10, 6, Visibility::causal, true, normalizes};
    const auto spans = linear_spans(c.lengths, c.visibility);
    const LinearInputs x = random_inputs(c, 48);
    const auto apart = [&](const auto& attend) -> packed::Operator {
      return [&, attend](const auto& in) {
        const LinearInputs y = normalizes ? LinearInputs{in[0], in[1], in[3], in[4], in[2]}
                                          : LinearInputs{in[0], in[1], in[0], in[1], in[2]};
        return attend(y, spans, {1e-6, normalizes}, nullptr);
      };
    };
    std::vector<Tensor> inputs = {x.q, x.k, x.v};
    if (normalizes) inputs.insert(inputs.end(), {x.q_norm, x.k_norm});
    packed::expect_second_gradients(apart(linear_attention), apart(composed_linear_attention),
                                    inputs, 1e-5);
    // Nothing rotates: one tensor in two places.
    const auto shared = [&](const auto& attend) -> packed::Operator {
      return [&, attend](const auto& in) {
        return attend({in[0], in[1], in[0], in[1], in[2]}, spans, {1e-6, normalizes}, nullptr);
      };
    };
    packed::expect_second_gradients(shared(linear_attention), shared(composed_linear_attention),
                                    {x.q_norm, x.k_norm, x.v}, 1e-5);
  }
}

TEST(LinearAttention, PackedEqualsEachSequenceAlone) {
  torch::manual_seed(9);
  for (const auto visibility : {Visibility::causal, Visibility::two_sided}) {
    const LinearCase c{{7, 1, 33, 33, 120}, 4, 32, 16, visibility, true, true};
    const auto spans = linear_spans(c.lengths, visibility);
    const LinearInputs x = random_inputs(c, tokens_of(spans));
    const Tensor packed = linear_attention(x, spans, {1e-6, true});
    for (const Span& span : spans) {
      const auto part = [&](const Tensor& y) {
        return y.narrow(0, span.first_query, span.num_queries);
      };
      const Tensor alone = linear_attention(
          {part(x.q), part(x.k), part(x.q_norm), part(x.k_norm), part(x.v)},
          linear_spans({static_cast<std::int32_t>(span.num_queries)}, visibility), {1e-6, true});
      EXPECT_LE(largest_difference(alone, part(packed).to(torch::kFloat64)), 1e-5);
      EXPECT_TRUE(visibility == Visibility::two_sided || torch::equal(alone, part(packed)));
    }
  }
}

TEST(LinearAttention, ALaterTokenChangesNoEarlierOutputByABit) {
  torch::manual_seed(10);
  const LinearCase c{{200}, 2, 40, 24, Visibility::causal, true, true};
  const auto spans = linear_spans(c.lengths, c.visibility);
  const LinearInputs x = random_inputs(c, 200);
  const Tensor before = linear_attention(x, spans, {1e-6, true});
  for (const std::int64_t changed : {1, 70, 100, 199}) {
    LinearInputs y = x;
    for (Tensor* tensor : {&y.q, &y.k, &y.q_norm, &y.k_norm, &y.v}) {
      *tensor = tensor->clone();
      tensor->slice(0, changed).mul_(37);
    }
    const Tensor after = linear_attention(y, spans, {1e-6, true});
    EXPECT_TRUE(torch::equal(before.slice(0, 0, changed), after.slice(0, 0, changed)));
    EXPECT_FALSE(torch::equal(before, after));
  }
}

TEST(LinearAttention, AStateContinuesTheSequences) {
  torch::manual_seed(11);
  const LinearCase c{{150, 150}, 2, 48, 20, Visibility::causal, true, true};
  const auto spans = linear_spans(c.lengths, c.visibility);
  const LinearInputs x = random_inputs(c, 300);
  const Tensor whole = linear_attention(x, spans, {1e-6, true});
  for (const bool kernel : {true, false}) {
    RecurrentLayer state;
    std::vector<Tensor> parts;
    for (const auto& [begin, end] : {std::pair{0, 1}, {1, 2}, {2, 100}, {100, 101}, {101, 150}}) {
      const auto both = [&, begin = begin, end = end](const Tensor& y) {
        return torch::cat({y.slice(0, begin, end), y.slice(0, 150 + begin, 150 + end)}, 0);
      };
      const LinearInputs piece{both(x.q), both(x.k), both(x.q_norm), both(x.k_norm), both(x.v)};
      const auto piece_spans = linear_spans({end - begin, end - begin}, Visibility::causal);
      parts.push_back((kernel ? linear_attention : composed_linear_attention)(piece, piece_spans,
                                                                              {1e-6, true}, &state)
                          .unflatten(0, {2, end - begin}));
    }
    const Tensor pieces = torch::cat(parts, 1).flatten(0, 1);
    EXPECT_LE(relative_difference(pieces, whole.to(torch::kFloat64)), 2e-6);
    EXPECT_EQ(state.numerator.sizes(), (std::vector<std::int64_t>{2, 2, 48, 20}));
  }
}

// One sequence of several is cut into pieces where it is alone: other sums, to the bit.
TEST(LinearAttention, ALongSequencePackedEqualsItselfAlone) {
  torch::manual_seed(16);
  std::vector<std::int32_t> lengths(9, 800);
  const LinearCase c{lengths, 2, 24, 16, Visibility::causal, true, true};
  const auto spans = linear_spans(c.lengths, c.visibility);
  const LinearInputs x = random_inputs(c, 7200);
  const Tensor packed = linear_attention(x, spans, {1e-6, true});
  const auto part = [&](const Tensor& y) { return y.narrow(0, 1600, 800); };
  const Tensor alone =
      linear_attention({part(x.q), part(x.k), part(x.q_norm), part(x.k_norm), part(x.v)},
                       linear_spans({800}, c.visibility), {1e-6, true});
  EXPECT_LE(relative_difference(alone, part(packed).to(torch::kFloat64)), 2e-6);
}

// A prompt in pieces, and tokens behind it.
TEST(LinearAttention, AStateTakesInALongPrompt) {
  torch::manual_seed(17);
  const LinearCase c{{1500}, 1, 20, 12, Visibility::causal, true, true};
  const LinearInputs x = random_inputs(c, 1500);
  const LinearInputs exact = in_double(x, false);
  const Tensor whole = naive(exact, linear_spans({1500}, c.visibility), {1e-6, true});
  RecurrentLayer state;
  std::vector<Tensor> parts;
  for (const auto& [begin, end] : {std::pair{0, 700}, {700, 1490}, {1490, 1491}, {1491, 1500}}) {
    const auto part = [&, begin = begin, end = end](const Tensor& y) {
      return y.slice(0, begin, end);
    };
    parts.push_back(
        linear_attention({part(x.q), part(x.k), part(x.q_norm), part(x.k_norm), part(x.v)},
                         linear_spans({end - begin}, c.visibility), {1e-6, true}, &state));
  }
  EXPECT_LE(relative_difference(torch::cat(parts), whole), 3e-6);
  const Tensor sums = torch::einsum("nhf,nhd->hfd", {exact.k, exact.v}).unsqueeze(0);
  EXPECT_LE(relative_difference(state.numerator, sums), 1e-6);
  EXPECT_LE(relative_difference(state.denominator, exact.k_norm.sum(0).unsqueeze(0)), 1e-6);
}

class LinearThreads : public ::testing::TestWithParam<std::vector<std::int32_t>> {};
INSTANTIATE_TEST_SUITE_P(Shapes, LinearThreads,
                         ::testing::Values(std::vector<std::int32_t>{350, 50},
                                           std::vector<std::int32_t>{2000},
                                           std::vector<std::int32_t>{30, 1200, 3}));

TEST_P(LinearThreads, DoNotChangeABit) {
  torch::manual_seed(12);
  const LinearCase c{GetParam(), 3, 32, 32, Visibility::causal, false, true};
  const auto spans = linear_spans(c.lengths, c.visibility);
  LinearInputs x = random_inputs(c, tokens_of(spans));
  for (const Tensor& tensor : {x.q, x.k, x.v}) tensor.set_requires_grad(true);
  const auto run = [&](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    const Tensor out = linear_attention(x, spans, {1e-6, true});
    auto gradients = torch::autograd::grad({out.sum()}, {x.q, x.k, x.v});
    at::set_num_threads(before);
    gradients.push_back(out.detach());
    return gradients;
  };
  const auto one = run(1), two = run(2);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(torch::equal(one[i], two[i]));
}

TEST(LinearAttention, RefusesWhatDoesNotFit) {
  const LinearCase c{{4}, 1, 4, 4, Visibility::causal, false, true};
  const LinearInputs x = random_inputs(c, 4);
  EXPECT_THROW(linear_attention(x, {{0, 4, 0, 4, 2, 0}}, {}), Error);  // a prefix of two keys
  EXPECT_THROW(linear_attention(x, {{0, 3, 0, 3, 0, 0}}, {}), Error);
  LinearInputs y = x;
  y.k = y.k_norm = torch::rand({4, 1, 3});
  EXPECT_THROW(linear_attention(y, linear_spans({4}, Visibility::causal), {}), Error);
}

TEST(RecurrentState, GoesOnWithTheChosenSequences) {
  RecurrentState state(2, 3);
  state.layer(0).numerator = torch::arange(3).view({3, 1, 1, 1});
  state.layer(0).denominator = torch::arange(3).view({3, 1, 1}) + 10;
  state.select({2, 0, 2, 2});
  EXPECT_EQ(state.num_sequences(), 4);
  EXPECT_TRUE(torch::equal(state.layer(0).numerator.flatten(), torch::tensor({2, 0, 2, 2})));
  EXPECT_TRUE(torch::equal(state.layer(0).denominator.flatten(), torch::tensor({12, 10, 12, 12})));
  EXPECT_FALSE(state.layer(1).numerator.defined());  // nothing read yet
  EXPECT_THROW(state.layer(2), std::out_of_range);
  state.add(2);
  EXPECT_EQ(state.num_sequences(), 6);
  EXPECT_TRUE(torch::equal(state.layer(0).numerator.flatten(), torch::tensor({2, 0, 2, 2, 0, 0})));
  EXPECT_FALSE(state.layer(1).numerator.defined());
}

}  // namespace
}  // namespace roformer::attention
