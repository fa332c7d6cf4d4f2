#include "roformer/attention/token_attention.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/attention/feature_attention.h"
#include "roformer/attention/packed_attention.h"
#include "roformer/rope/angles.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

TokenRows rows_of(const Tensor& qkv, const Tensor& out) {
  const auto* const data = qkv.const_data_ptr<float>();
  const std::int64_t heads = qkv.size(2), size = qkv.size(3), width = heads * size;
  return {data,
          data + width,
          data + 2 * width,
          3 * width,
          out.numel() ? out.data_ptr<float>() : nullptr,
          heads,
          size};
}

double largest_gap(const Tensor& a, const Tensor& b) {
  return a.numel() == 0 ? 0 : (a - b).abs().max().item<double>();
}

// Few keys and many, none, keys that others look at too, unseen ones, several queries a span.
TEST(TokenAttention, EqualsPackedAttention) {
  torch::manual_seed(5);
  const torch::NoGradGuard no_gradient;
  const std::int64_t heads = 3, size = 20;
  const Tensor qkv = torch::randn({5, 3, heads, size}), keys = torch::randn({3000, heads, size}),
               values = torch::randn({3000, heads, size});
  const std::vector<Span> spans = {
      {0, 1, 7, 1, 0, 0}, {1, 1, 100, 2500, 0, 2499}, {2, 2, 0, 900, 900, 0}, {4, 1, 5, 0, 0, 0}};
  const Tensor expected =
      composed_attention(qkv.select(1, 0), keys, values, spans, {0.3, 0, 0}, {}, nullptr);
  for (const std::int64_t count : {0, 1, 3}) {
    base::Helpers helpers(count);
    TokenWork work{&helpers};
    const Tensor out = torch::full({5, heads, size}, 9.0f);
    token_attention(rows_of(qkv, out),
                    {keys.const_data_ptr<float>(), values.const_data_ptr<float>(), heads * size},
                    spans, 0.3, work);
    EXPECT_LE(largest_gap(out, expected), 1e-5) << count;
  }
}

struct StepCase {
  const char* map;
  bool turns;
  std::int64_t size;
};

class TokenLinearAttention : public testing::TestWithParam<StepCase> {};

// Token by token in place, of two sequences, one of which begins with sums already.
TEST_P(TokenLinearAttention, EqualsTheWholeSequence) {
  const auto [name, turns, size] = GetParam();
  torch::manual_seed(6);
  const torch::NoGradGuard no_gradient;
  LinearSettings settings;
  settings.feature_map = name;
  FeatureMap map(settings, size);
  map->draw(8);
  const std::int64_t heads = 2, tokens = 40, features = map->feature_size(size);
  const Tensor qkv = torch::randn({2, tokens, 3, heads, size});
  const auto angles = rope::angles(torch::arange(tokens), features);
  const auto rotation =
      turns ? std::optional(rope::FeatureRotation{angles, rope::PairLayout::half_split})
            : std::nullopt;
  std::vector<Tensor> expected;
  for (std::int64_t b = 0; b < 2; ++b) {
    const auto parts = qkv[b].unbind(1);
    expected.push_back(composed_feature_attention(parts[0], parts[1], parts[2],
                                                  {{0, tokens, 0, tokens, 0, 0}}, map, rotation));
  }
  RecurrentLayer state;
  base::Helpers helpers(1);
  TokenWork work{&helpers};
  RecurrentStep step = map->step(size);
  step.layout = rope::PairLayout::half_split;
  for (std::int64_t t = 0; t < tokens; ++t) {
    TokenAngles here;
    if (turns)
      here = {angles.cos[t].const_data_ptr<float>(), angles.sin[t].const_data_ptr<float>()};
    const std::vector<TokenAngles> both(2, here);
    const Tensor out = torch::empty({2, heads, size});
    const void* const lies = state.numerator.defined() ? state.numerator.data_ptr() : nullptr;
    token_linear_attention(rows_of(qkv.select(1, t).contiguous(), out), step, both, state, work);
    EXPECT_TRUE(lies == nullptr || lies == state.numerator.data_ptr());
    for (std::int64_t b = 0; b < 2; ++b) {
      const Tensor wanted = expected[static_cast<std::size_t>(b)][t];
      EXPECT_LE(largest_gap(out[b], wanted), 2e-5 * (1 + wanted.abs().max().item<double>()))
          << t << ", " << b;
    }
  }
}

std::vector<StepCase> step_cases() {
  std::vector<StepCase> cases;
  for (const char* map : {"elu", "shen", "shen_exp", "favor", "relu"}) {
    for (const bool turns : {false, true}) {
      for (const std::int64_t size : {64, 22, 2}) cases.push_back({map, turns, size});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Maps, TokenLinearAttention, testing::ValuesIn(step_cases()),
                         [](const auto& info) {
                           return std::string(info.param.map) +
                                  (info.param.turns ? "_turned_" : "_") +
                                  std::to_string(info.param.size);
                         });

// A damaged weight must not look like a result.
TEST(TokenLinearAttentionValues, NotANumberStaysOne) {
  for (const char* name : {"elu", "shen", "shen_exp", "favor", "relu"}) {
    LinearSettings settings;
    settings.feature_map = name;
    FeatureMap map(settings, 16);
    map->draw(8);
    for (const std::int64_t damaged : {0, 1, 2}) {
      const Tensor qkv = torch::randn({1, 3, 1, 16}), out = torch::zeros({1, 1, 16});
      qkv.select(1, damaged).fill_(std::nan(""));
      RecurrentLayer state;
      base::Helpers helpers(0);
      TokenWork work{&helpers};
      token_linear_attention(rows_of(qkv, out), map->step(16), std::vector<TokenAngles>(1), state,
                             work);
      EXPECT_TRUE(torch::isnan(out).all().item<bool>()) << name << ", " << damaged;
    }
  }
}

}  // namespace
}  // namespace roformer::attention
