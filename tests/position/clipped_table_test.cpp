#include "roformer/position/tables.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

namespace roformer::position {
namespace {

using torch::Tensor;

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
    const Tensor keys = clipped_key_term({q, q, q_positions, k_positions}, table, clip);
    const Tensor values = clipped_value_term({weights, q_positions, k_positions}, table, clip);
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

}  // namespace
}  // namespace roformer::position
