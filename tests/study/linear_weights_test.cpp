// Eq. 19's weights one by one against what linear attention makes of them.
#include "roformer/study/linear_weights.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/attention/feature_attention.h"

namespace roformer::study {
namespace {

using attention::FeatureMap;
using torch::Tensor;

constexpr std::int64_t kTokens = 23, kHeads = 2, kSize = 8;

model::EncoderConfig rotary_config(const char* feature_map) {
  model::EncoderConfig config;
  config.hidden_size = kHeads * kSize;
  config.num_attention_heads = kHeads;
  config.attention = "linear";
  config.linear.feature_map = feature_map;
  config.linear.num_features = 12;
  return config;
}

LayerProducts random_products() {
  torch::manual_seed(4);
  const auto draw = [] { return torch::randn({kTokens, kHeads, kSize}, torch::kFloat64); };
  return {draw(), draw(), draw()};
}

class LinearWeightsTest : public testing::TestWithParam<std::tuple<const char*, TurnOrder, bool>> {
};

// out_m = Σ_n w_mn v_n, and with v of ones the sums of the rows.
TEST_P(LinearWeightsTest, AreThoseOfLinearAttention) {
  const auto& [name, order, causal] = GetParam();
  const auto config = rotary_config(name);
  LayerProducts products = random_products();
  FeatureMap map(config.linear, kSize);
  map->draw(1);
  const auto encoding = turning_encoding(config, order);
  const std::vector<attention::Span> spans = {{0, kTokens, 0, kTokens, causal ? 0 : kTokens, 0}};
  for (const bool ones : {false, true}) {
    if (ones) products.v = torch::ones_like(products.v);
    const auto inputs = turned_inputs(products, causal, map, encoding.get());
    const Tensor out = attention::composed_linear_attention(inputs, spans, map->options());
    for (std::int64_t head = 0; head < kHeads; ++head) {
      const Tensor weights = linear_weights(inputs, head, map->options(), causal);
      const Tensor v = products.v.select(1, head);
      EXPECT_LT((weights.matmul(v) - out.select(1, head)).abs().max().item<double>(), 1e-12);
      if (!ones) continue;
      const Tensor sums = out.select(1, head).select(1, 0);
      EXPECT_LT((weights.sum(1) - sums).abs().max().item<double>(), 1e-12);
    }
  }
}

// What the model itself computes with this order.
TEST_P(LinearWeightsTest, AreThoseOfTheModelsAttention) {
  const auto& [name, order, causal] = GetParam();
  const auto config = rotary_config(name);
  const LayerProducts x = random_products();
  FeatureMap map(config.linear, kSize);
  map->draw(1);
  const auto encoding = turning_encoding(config, order);
  const auto positions = encoding->prepare(torch::arange(kTokens), torch::kFloat64);
  const std::vector<attention::Span> spans = {{0, kTokens, 0, kTokens, causal ? 0 : kTokens, 0}};
  const Tensor qkv = encoding->transform_packed(torch::stack({x.q, x.k, x.v}, 1), positions, 0);
  const Tensor out =
      attention::composed_feature_attention(qkv.select(1, 0), qkv.select(1, 1), qkv.select(1, 2),
                                            spans, map, encoding->feature_rotation(positions));
  const auto inputs = turned_inputs(x, causal, map, encoding.get());
  const Tensor weights = linear_weights(inputs, 1, map->options(), causal);
  EXPECT_LT((weights.matmul(x.v.select(1, 1)) - out.select(1, 1)).abs().max().item<double>(),
            1e-12);
}

INSTANTIATE_TEST_SUITE_P(Orders, LinearWeightsTest,
                         testing::Combine(testing::Values("elu", "favor", "relu", "shen"),
                                          testing::Values(TurnOrder::features, TurnOrder::inputs),
                                          testing::Bool()));

TEST(LinearWeights, BeforeTheMapTheyAreAShareOfOne) {
  const auto config = rotary_config("favor");
  FeatureMap map(config.linear, kSize);
  map->draw(1);
  const auto encoding = turning_encoding(config, TurnOrder::inputs);
  const auto inputs = turned_inputs(random_products(), true, map, encoding.get());
  RowFigures figures;
  figures.add(linear_weights(inputs, 0, map->options(), true), true);
  EXPECT_EQ(figures.negative_share(), 0);
  EXPECT_NEAR(figures.row_mean(), 1, 1e-3);  // but for ε
  EXPECT_NEAR(figures.absolute_mean(), figures.row_mean(), 1e-12);
}

TEST(LinearWeights, WithoutAnEncodingNothingTurns) {
  const auto config = rotary_config("elu");
  FeatureMap map(config.linear, kSize);
  map->draw(1);
  const auto inputs = turned_inputs(random_products(), false, map, nullptr);
  EXPECT_TRUE(inputs.q.equal(inputs.q_norm) && inputs.k.equal(inputs.k_norm));
}

TEST(RowFiguresTest, ByHand) {
  RowFigures figures;
  figures.add(torch::tensor({{1.0, 0.0}, {-0.5, 1.0}}, torch::kFloat64), true);
  EXPECT_DOUBLE_EQ(figures.negative_share(), 1.0 / 3);  // of the three that are seen
  EXPECT_DOUBLE_EQ(figures.row_mean(), 0.75);
  EXPECT_DOUBLE_EQ(figures.row_deviation(), 0.25);
  EXPECT_DOUBLE_EQ(figures.row_least(), 0.5);
  EXPECT_DOUBLE_EQ(figures.row_most(), 1);
  EXPECT_DOUBLE_EQ(figures.absolute_mean(), 1.25);
  figures.add(torch::tensor({{2.0, -1.0, 0.0}, {1.0, 1.0, 0.0}, {1.0, 1.0, 1.0}}, torch::kFloat64),
              false);
  EXPECT_DOUBLE_EQ(figures.negative_share(), 2.0 / 12);
  const auto places = figures.by_place();
  EXPECT_EQ(places.place, (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(places.mean, (std::vector<double>{1, 1.25, 3}));
  EXPECT_EQ(places.deviation, (std::vector<double>{0, 0.75, 0}));
  EXPECT_EQ(places.negative_share, (std::vector<double>{1.0 / 4, 1.0 / 5, 0}));
}

}  // namespace
}  // namespace roformer::study
