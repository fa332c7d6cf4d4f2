#include "roformer/position/tables.h"

#include <gtest/gtest.h>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"
#include "tests/checkpoint/expect_error.h"

namespace roformer::position {
namespace {

using checkpoint::expect_error;
using torch::Tensor;

TEST(LayerParameters, TablesAreNamedByTheirLayer) {
  PositionEncoding owner;
  const auto tables = add_layer_tables(owner, "key", {50, 40}, 3);
  ASSERT_EQ(tables.size(), 3u);
  const auto parameters = owner.named_parameters();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(tables[i].is_same(parameters["layer." + std::to_string(i) + ".key"]));
    EXPECT_EQ(tables[i].sizes(), (torch::IntArrayRef{50, 40}));
  }
  layer_group(owner, 1).register_parameter("more", torch::zeros({1}));
  EXPECT_TRUE(owner.named_parameters().contains("layer.1.more"));
}

TEST(LayerParameters, ProductsHaveNoBiasAtFirst) {
  PositionEncoding owner;
  const Product product = add_product(owner, "query", 60, 40);
  EXPECT_EQ(owner.named_parameters()["query.weight"].sizes(), (torch::IntArrayRef{40, 60}));
  EXPECT_TRUE(owner.named_parameters()["query.bias"].eq(0).all().item<bool>());
  EXPECT_TRUE(owner.is_drawn("query.weight") && !owner.is_drawn("query.bias"));
  EXPECT_TRUE(product.weight.requires_grad() && product.bias.requires_grad());
}

TEST(LayerParameters, HeadsAreSplit) {
  const auto x = torch::arange(12).view({2, 6});
  const auto heads = split_heads(x, 3);  // (3, 2, 2)
  for (std::int64_t h = 0; h < 3; ++h) EXPECT_TRUE(torch::equal(heads[h], x.narrow(1, 2 * h, 2)));
  EXPECT_EQ(split_heads(torch::zeros({5, 2, 6}), 3).sizes(), (torch::IntArrayRef{5, 3, 2, 2}));
}

constexpr std::int64_t clip = 2;

std::int64_t clipped_row(const Tensor& q, const Tensor& k, std::int64_t g, std::int64_t m,
                         std::int64_t n) {
  return std::clamp((k[g][n] - q[g][m]).item<std::int64_t>(), -clip, clip) + clip;
}

// Both terms of Eq. 5 by their sums, with one table for all heads and with one a head.
TEST(ClippedTable, TermsOfKeysAndValues) {
  torch::manual_seed(2);
  const Tensor q_positions = torch::tensor({{0, 1, 2}, {7, 3, 3}}),
               k_positions = torch::tensor({{0, 1, 2, 3}, {9, 0, 3, 4}});
  const Tensor q = torch::randn({2, 2, 3, 4}, torch::kFloat64);
  const Tensor weights = torch::rand({2, 2, 3, 4}, torch::kFloat64);
  for (const bool per_head : {false, true}) {
    const Tensor table =
        per_head ? torch::randn({2, 5, 4}, torch::kFloat64) : torch::randn({5, 4}, torch::kFloat64);
    const Distances distances(q_positions, k_positions);
    const DistanceTable clipped = clipped_table({distances.values(), 0, q.options()}, table, clip);
    const DistanceTerms terms{.queries = clipped, .values = clipped};
    const Tensor keys = score_bias_of(terms, distances, q, q, q_positions, k_positions, 1);
    const Tensor values = value_term_of(terms, distances, weights);
    for (std::int64_t g = 0; g < 2; ++g) {
      for (std::int64_t h = 0; h < 2; ++h) {
        const Tensor rows = per_head ? table[h] : table;
        for (std::int64_t m = 0; m < 3; ++m) {
          Tensor sum = torch::zeros({4}, torch::kFloat64);
          for (std::int64_t n = 0; n < 4; ++n) {
            const Tensor row = rows[clipped_row(q_positions, k_positions, g, m, n)];
            EXPECT_NEAR(keys[g][h][m][n].item<double>(), q[g][h][m].dot(row).item<double>(), 1e-12);
            sum = sum + weights[g][h][m][n] * row;
          }
          EXPECT_TRUE(torch::allclose(values[g][h][m], sum, 0, 1e-12));
        }
      }
    }
  }
}

// Eq. 4 for positions of any sign, pairs side by side and in halves.
TEST(SinusoidTable, IsEquation4) {
  const auto positions = torch::tensor({-3, 0, 1000});
  const auto pairs = sinusoid_table(positions, 6, torch::kFloat64),
             halves = sinusoid_table_in_halves(positions, 6, torch::kFloat64);
  for (int row = 0; row < 3; ++row) {
    for (int t = 0; t < 3; ++t) {
      const double angle = positions[row].item<double>() / std::pow(10000.0, 2.0 * t / 6);
      EXPECT_NEAR(pairs[row][2 * t].item<double>(), std::sin(angle), 1e-12);
      EXPECT_NEAR(pairs[row][2 * t + 1].item<double>(), std::cos(angle), 1e-12);
      EXPECT_EQ(halves[row][t].item<double>(), pairs[row][2 * t].item<double>());
      EXPECT_EQ(halves[row][3 + t].item<double>(), pairs[row][2 * t + 1].item<double>());
    }
  }
}

TEST(SinusoidTable, LatePositionsAreAsExactInFloat32) {
  const auto late = torch::tensor({1 << 20});
  const auto table = sinusoid_table(late, 4, torch::kFloat32);
  EXPECT_EQ(table.scalar_type(), torch::kFloat32);
  EXPECT_NEAR(table[0][0].item<double>(), std::sin(1048576.0), 1e-7);
  EXPECT_THROW(sinusoid_table(late, 5, torch::kFloat32), Error);
}

TEST(TableRange, LengthIsTheLargestPositionAndOne) {
  EXPECT_EQ(length_of(torch::tensor({3, 0, 7, 7})), 8);
  EXPECT_EQ(length_of(torch::empty({0}, torch::kInt64)), 0);
  expect_error({"positions >= 0", "-2"}, [] { length_of(torch::tensor({1, -2})); });
}

TEST(TableRange, BeyondTheRowsIsNamed) {
  EXPECT_NO_THROW(require_in_table(torch::tensor({0, 4}), 5));
  expect_error({"below 5", "max_position_embeddings", "but got 5"}, [] {
    require_in_table(torch::tensor({0, 5}), 5);
  });
  EXPECT_NO_THROW(require_rows(1));
  expect_error({"max_position_embeddings > 0", "0"}, [] { require_rows(0); });
}

}  // namespace
}  // namespace roformer::position
