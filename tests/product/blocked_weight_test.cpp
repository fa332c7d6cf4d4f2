// tests of products with a blocked weight: against float64, and bits that no neighbour changes.
#include "roformer/product/blocked_weight.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "roformer/product/activation.h"
#include "tests/product/product_size.h"

namespace roformer::product {
namespace {

using torch::Tensor;

class BlockedWeightTest : public ::testing::TestWithParam<ProductSize> {
 protected:
  const torch::NoGradGuard no_gradient_;
};

// The bound: sums of `in` float32 products of numbers about 1.
TEST_P(BlockedWeightTest, AsFloat64) {
  const auto [rows, in, out] = GetParam();
  torch::manual_seed(1);
  const Tensor x = torch::randn({rows, in}), weight = torch::randn({out, in}),
               bias = torch::randn({out});
  const BlockedWeight blocked(weight);
  const Tensor plain = torch::mm(x.to(torch::kFloat64), weight.to(torch::kFloat64).t());
  const double bound = 1e-6 * static_cast<double>(in) + 1e-5;
  EXPECT_LE(largest_gap(blocked.product(x, {}, std::nullopt), plain), bound);
  EXPECT_LE(largest_gap(blocked.product(x, bias, std::nullopt), plain + bias), bound);
  for (const auto f : {Activation::gelu, Activation::gelu_new, Activation::relu, Activation::silu})
    EXPECT_LE(largest_gap(blocked.product(x, bias, f), activate_composed(plain + bias, f)),
              2 * bound);
}

TEST_P(BlockedWeightTest, ARowGivesTheSameBitsAlone) {
  const auto [rows, in, out] = GetParam();
  const Tensor x = torch::randn({rows, in}), bias = torch::randn({out});
  const BlockedWeight blocked(torch::randn({out, in}));
  const Tensor together = blocked.product(x, bias, Activation::gelu);
  for (std::int64_t row = 0; row < std::min<std::int64_t>(rows, 30); ++row)
    EXPECT_TRUE(torch::equal(blocked.product(x.slice(0, row, row + 1), bias, Activation::gelu),
                             together.slice(0, row, row + 1)));
}

INSTANTIATE_TEST_SUITE_P(Sizes, BlockedWeightTest,
                         ::testing::Values(ProductSize{0, 8, 4}, ProductSize{1, 1, 1},
                                           ProductSize{3, 7, 5}, ProductSize{6, 16, 32},
                                           ProductSize{12, 64, 96}, ProductSize{13, 33, 31},
                                           ProductSize{26, 768, 65}, ProductSize{100, 130, 33},
                                           ProductSize{770, 40, 48}, ProductSize{1600, 9, 100}));

TEST(BlockedWeight, WhatIsNoNumberStaysInItsRow) {
  const torch::NoGradGuard no_gradient;
  Tensor x = torch::ones({14, 20});
  x[3][19] = std::numeric_limits<float>::quiet_NaN();
  const Tensor y = BlockedWeight(torch::ones({40, 20})).product(x, {}, Activation::relu);
  EXPECT_TRUE(y[3].isnan().all().item<bool>());
  EXPECT_EQ(y.isnan().sum().item<std::int64_t>(), 40);
}

TEST(BlockedWeight, ReadsAWeightAcross) {
  const torch::NoGradGuard no_gradient;
  const Tensor weight = torch::randn({20, 50}).t(), x = torch::randn({20, 3}).t();
  EXPECT_TRUE(torch::allclose(BlockedWeight(weight).product(x, {}, std::nullopt),
                              torch::mm(x, weight.t()), 1e-5, 1e-5));
}

TEST(BlockedWeight, RefusesOtherSizes) {
  const BlockedWeight blocked(torch::ones({4, 8}));
  EXPECT_THROW(blocked.product(torch::ones({2, 7}), {}, std::nullopt), std::runtime_error);
  EXPECT_THROW(blocked.product(torch::ones({2, 8}), torch::ones({3}), std::nullopt),
               std::runtime_error);
}

}  // namespace
}  // namespace roformer::product
