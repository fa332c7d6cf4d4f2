// tests of attention for few queries: against the composed form, for all sizes at the edges of
// vectors and blocks.

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/attention/packed_attention.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

double gap(const Tensor& a, const Tensor& b) {
  return a.numel() == 0 ? 0 : (a - b).abs().max().item<double>();
}

void expect_composed(std::int64_t heads, std::int64_t size, const std::vector<Span>& spans,
                     std::int64_t queries, std::int64_t keys) {
  const Tensor q = torch::randn({queries, heads, size}) * 2;
  const Tensor kv = torch::randn({keys, 2, heads, size});
  const Tensor k = kv.select(1, 0), v = kv.select(1, 1);
  const AttentionOptions options{0.3};
  const Tensor wanted = composed_attention(q, k, v, spans, options);
  EXPECT_LE(gap(few_queries_attention(q, k, v, spans, options.scale), wanted), 5e-6)
      << heads << " " << size << " " << keys;
  EXPECT_LE(gap(packed_attention(q, k, v, spans, options), wanted), 5e-6);
}

TEST(FewQueries, EqualTheComposedForm) {
  torch::manual_seed(1);
  for (const std::int64_t size : {1, 2, 7, 16, 20, 31, 64, 65, 80, 128}) {
    for (const std::int64_t keys : {1, 3, 7, 8, 9, 16, 17, 100, 513}) {
      expect_composed(3, size, {{0, 1, 0, keys, 0, keys - 1}}, 1, keys);
      expect_composed(1, size, {{0, 4, 0, keys, keys, 0}}, 4, keys);
    }
  }
}

TEST(FewQueries, SpansShareKeysAndLookBackOnly) {
  torch::manual_seed(2);
  const std::vector<Span> spans = {{0, 2, 5, 12, 0, 10},
                                   {2, 1, 5, 12, 3, 0},
                                   {3, 3, 30, 6, 0, 3},
                                   {6, 8, 0, 40, 40, 0},
                                   {14, 1, 39, 1, 0, 0}};
  expect_composed(4, 24, spans, 15, 40);
}

// The composed form takes spans of equal shape together, wherever their keys are.
TEST(FewQueries, EqualSpansWithScatteredKeys) {
  torch::manual_seed(5);
  const std::vector<Span> spans = {{0, 1, 20, 7, 0, 6}, {1, 1, 3, 7, 0, 6}, {2, 1, 30, 7, 0, 6},
                                   {3, 1, 37, 7, 0, 6}, {4, 1, 3, 7, 0, 6}, {5, 1, 0, 8, 0, 7}};
  expect_composed(2, 16, spans, 6, 44);
}

TEST(FewQueries, WithoutKeysOrQueries) {
  torch::manual_seed(3);
  const Tensor q = torch::randn({3, 2, 8}), kv = torch::randn({5, 2, 8});
  const std::vector<Span> spans = {{0, 1, 0, 0, 0, 0}, {1, 0, 0, 5, 5, 0}, {1, 2, 0, 5, 5, 0}};
  const Tensor got = packed_attention(q, kv, kv, spans, {1.0});
  EXPECT_TRUE(torch::equal(got[0], torch::zeros({2, 8})));
  EXPECT_GT(got[2].abs().sum().item<double>(), 0);
  EXPECT_EQ(packed_attention(q.slice(0, 0, 0), kv, kv, {}, {1.0}).size(0), 0);
}

TEST(FewQueries, LargeScoresStayFinite) {
  const Tensor q = torch::full({1, 1, 16}, 50.0), k = torch::randn({20, 1, 16}) * 50;
  const std::vector<Span> spans = {{0, 1, 0, 20, 20, 0}};
  const Tensor got = few_queries_attention(q, k, k, spans, 1.0);
  EXPECT_LE(gap(got, composed_attention(q, k, k, spans, {1.0})), 1e-4);
}

TEST(FewQueries, AGradientTakesTheOtherWay) {
  torch::manual_seed(4);
  const Tensor q = torch::randn({1, 2, 8}).requires_grad_(), kv = torch::randn({5, 2, 8});
  packed_attention(q, kv, kv, {{0, 1, 0, 5, 5, 0}}, {0.5}).sum().backward();
  EXPECT_TRUE(q.grad().defined());
}

TEST(FewQueries, CountsQueries) {
  EXPECT_TRUE(has_few_queries({}));
  EXPECT_TRUE(has_few_queries({{0, 8, 0, 9, 0, 0}, {8, 1, 0, 9, 0, 0}}));
  EXPECT_FALSE(has_few_queries({{0, 1, 0, 9, 0, 0}, {1, 9, 0, 9, 0, 0}}));
}

}  // namespace
}  // namespace roformer::attention
