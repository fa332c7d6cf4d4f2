#include "roformer/position/tables.h"

#include <gtest/gtest.h>
#include <torch/nn/module.h>
#include <torch/utils.h>

namespace roformer::position {
namespace {

EncodingOptions wide_options() {
  EncodingOptions options;
  options.num_layers = 3;
  options.initializer_range = 0.5;
  return options;
}

TEST(LayerParameters, TablesAreNamedByTheirLayer) {
  torch::manual_seed(4);
  PositionEncoding owner;
  const auto tables = add_layer_tables(owner, "key", {50, 40}, wide_options());
  ASSERT_EQ(tables.size(), 3u);
  const auto parameters = owner.named_parameters();
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(tables[i].is_same(parameters["layer." + std::to_string(i) + ".key"]));
  EXPECT_FALSE(torch::equal(tables[0], tables[1]));
  // 2,000 numbers of deviation 0.5: their deviation is within 5 % of it (six of its own).
  EXPECT_NEAR(tables[0].std().item<double>(), 0.5, 0.05);
  EXPECT_NEAR(tables[0].mean().item<double>(), 0, 0.07);
  layer_group(owner, 1).register_parameter("more", torch::zeros({1}));
  EXPECT_TRUE(owner.named_parameters().contains("layer.1.more"));
}

TEST(LayerParameters, ProductsHaveNoBiasAtFirst) {
  torch::manual_seed(5);
  PositionEncoding owner;
  const auto product = add_product(owner, "query", 60, 40, wide_options());
  EXPECT_EQ(owner.named_parameters()["query.weight"].sizes(), (torch::IntArrayRef{40, 60}));
  EXPECT_TRUE(owner.named_parameters()["query.bias"].eq(0).all().item<bool>());
  EXPECT_NEAR(product->weight.std().item<double>(), 0.5, 0.05);
  EXPECT_TRUE(product->weight.requires_grad() && product->bias.requires_grad());
}

TEST(LayerParameters, HeadsAreSplit) {
  const auto x = torch::arange(12).view({2, 6});
  const auto heads = split_heads(x, 3);  // (3, 2, 2)
  for (std::int64_t h = 0; h < 3; ++h) EXPECT_TRUE(torch::equal(heads[h], x.narrow(1, 2 * h, 2)));
  EXPECT_EQ(split_heads(torch::zeros({5, 2, 6}), 3).sizes(), (torch::IntArrayRef{5, 3, 2, 2}));
}

}  // namespace
}  // namespace roformer::position
