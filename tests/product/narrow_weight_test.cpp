// Products of int8 and bfloat16 beside their formulas in float64, at sizes that fill no block, no
// tile and no vector.
#include "roformer/product/narrow_weight.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <limits>
#include <stdexcept>

#include "roformer/product/compute_type.h"
#include "tests/product/product_size.h"

namespace roformer::product {
namespace {

using torch::Tensor;

class NarrowWeightTest : public ::testing::TestWithParam<ProductSize> {
 protected:
  const torch::NoGradGuard no_gradient_;
  at::Generator generator_ = at::make_generator<at::CPUGeneratorImpl>(7);
  Tensor x_ = torch::randn({GetParam().rows, GetParam().inputs}, generator_);
  Tensor weight_ = torch::randn({GetParam().outputs, GetParam().inputs}, generator_);
  Tensor bias_ = torch::randn({GetParam().outputs}, generator_);
  // Of the sums in float32, and of a row's scale, which the formula has in float64.
  double bound_ = 2e-6 * static_cast<double>(GetParam().inputs + 8);
};

TEST_P(NarrowWeightTest, Int8IsItsFormula) {
  const Int8Values values = quantize_weight(weight_);
  const NarrowWeight narrow(values);
  for (const auto activation : {std::optional<Activation>(), std::optional(Activation::gelu)}) {
    for (const Tensor& bias : {bias_, Tensor()}) {
      const Tensor y = narrow.product(x_, bias, activation);
      ASSERT_EQ(y.sizes(), (at::IntArrayRef{x_.size(0), weight_.size(0)}));
      // A tie that float32 and float64 round apart is worth one step of one number.
      const double step = 8.0 / 255 * 5;
      const Tensor gaps = (y - int8_product_composed(x_, values, bias, activation)).abs();
      EXPECT_LE(largest_gap(y, int8_product_composed(x_, values, bias, activation)), step);
      EXPECT_LE(gaps.numel() > 0 ? gaps.median().item<double>() : 0, bound_);
    }
  }
}

TEST_P(NarrowWeightTest, Bfloat16IsItsFormula) {
  if (!is_served(ComputeType::bfloat16)) GTEST_SKIP() << "no unit for bfloat16";
  const NarrowWeight narrow = NarrowWeight::bfloat16(weight_);
  for (const auto activation : {std::optional<Activation>(), std::optional(Activation::silu)}) {
    const Tensor y = narrow.product(x_, bias_, activation);
    EXPECT_LE(largest_gap(y, bfloat16_product_composed(x_, weight_, bias_, activation)), bound_);
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, NarrowWeightTest,
                         ::testing::Values(ProductSize{0, 5, 3}, ProductSize{1, 1, 1},
                                           ProductSize{1, 64, 32}, ProductSize{3, 63, 31},
                                           ProductSize{17, 65, 33}, ProductSize{26, 768, 96},
                                           ProductSize{33, 1100, 70}, ProductSize{300, 130, 40},
                                           ProductSize{513, 200, 64}, ProductSize{2, 3072, 768}));

// Every product is as large as it can be: 16-bit sums of pairs would saturate.
TEST(NarrowSaturationTest, TheLargestSumsAreExact) {
  const torch::NoGradGuard no_gradient;
  for (const double sign : {1.0, -1.0}) {
    const Tensor x = torch::full({3, 4096}, 2.0), weight = torch::full({40, 4096}, 0.5 * sign);
    const Tensor y = NarrowWeight::int8(weight).product(x, Tensor(), std::nullopt);
    EXPECT_LE(largest_gap(y, torch::full({3, 40}, 4096 * sign, torch::kFloat64)), 1e-2);
  }
}

TEST(NarrowRowsTest, ZerosAreZeroAndWhatIsNoNumberStaysNone) {
  const torch::NoGradGuard no_gradient;
  Tensor x = torch::zeros({4, 70});
  x[1][69] = std::numeric_limits<float>::quiet_NaN();
  x[2][3] = std::numeric_limits<float>::infinity();
  x[3][0] = 1e-38f;
  const Tensor weight = torch::ones({5, 70});
  std::vector<NarrowWeight> weights = {NarrowWeight::int8(weight)};
  if (is_served(ComputeType::bfloat16)) weights.push_back(NarrowWeight::bfloat16(weight));
  for (const NarrowWeight& narrow : weights) {
    const Tensor y = narrow.product(x, Tensor(), std::nullopt);
    EXPECT_EQ(y[0].abs().max().item<float>(), 0);
    EXPECT_FALSE(y[1].isfinite().any().item<bool>());
    EXPECT_FALSE(y[2].isfinite().any().item<bool>());
    EXPECT_LE(y[3].abs().max().item<float>(), 1e-37f);
  }
}

TEST(NarrowLimitsTest, SumsThatInt32CannotHoldAndOtherShapesAreRefused) {
  const torch::NoGradGuard no_gradient;
  constexpr std::int64_t most = 66311;
  const NarrowWeight widest = NarrowWeight::int8(torch::ones({2, most}));
  const Tensor y = widest.product(torch::ones({1, most}), Tensor(), std::nullopt);
  EXPECT_LE(largest_gap(y, torch::full({1, 2}, static_cast<double>(most), torch::kFloat64)), 0.1);
  EXPECT_THROW(NarrowWeight::int8(torch::ones({2, most + 1})), std::runtime_error);
  const NarrowWeight narrow = NarrowWeight::int8(torch::ones({3, 8}));
  EXPECT_THROW(narrow.product(torch::ones({2, 7}), Tensor(), std::nullopt), std::runtime_error);
  EXPECT_THROW(narrow.product(torch::ones({2, 8}), torch::ones({4}), std::nullopt),
               std::runtime_error);
}

// Inputs a hundred times as large as the others have small weights, and would leave the others a
// few steps.
TEST(QuantizeWeightTest, LargeInputsWithSmallWeightsLeaveTheOthersTheirRange) {
  const torch::NoGradGuard no_gradient;
  Tensor x = torch::randn({8, 64}), weight = torch::randn({32, 64});
  x.slice(1, 3, 5) *= 100;
  weight.slice(1, 3, 5) *= 0.01;
  const Tensor exact = at::mm(x, weight.t()).to(torch::kFloat64);
  Int8Values values = quantize_weight(weight);
  const double gap = largest_gap(NarrowWeight(values).product(x, {}, std::nullopt), exact);
  EXPECT_LT(values.factors[3].item<float>(), 0.2 * values.factors[0].item<float>());
  const Int8Values plain = {(weight / weight.abs().amax({1}, true) * 127).round().to(torch::kInt8),
                            weight.abs().amax({1}) / 127, torch::ones({64})};
  EXPECT_LT(5 * gap, largest_gap(NarrowWeight(plain).product(x, {}, std::nullopt), exact));
}

TEST(QuantizeWeightTest, OfSomeOutputsAndOfInputsWithoutWeights) {
  Tensor weight = torch::randn({6, 50});
  weight.slice(1, 7, 9).zero_();
  weight.slice(0, 0, 4) *= torch::rand({50});
  const Tensor values = weight.slice(0, 4).contiguous();
  EXPECT_TRUE(torch::equal(quantize_weight(weight, 4).factors, quantize_weight(values).factors));
  EXPECT_FALSE(torch::equal(quantize_weight(weight).factors, quantize_weight(values).factors));
  EXPECT_TRUE(quantize_weight(weight).factors.gt(0).all().item<bool>());
  EXPECT_TRUE(torch::equal(quantize_weight(torch::zeros({3, 5})).factors, torch::ones({5})));
  // Where the chosen outputs have no weight of an input that others have.
  weight[0].fill_(1e30);
  EXPECT_TRUE(widen_weight(quantize_weight(weight, 4)).isfinite().all().item<bool>());
}

TEST(QuantizeWeightTest, IsWithinHalfAStepAndRefusesWhatIsNoNumber) {
  Tensor weight = torch::randn({6, 50});
  weight[2].zero_();
  const Int8Values values = quantize_weight(weight);
  const Tensor gaps = (widen_weight(values) - weight).abs();
  EXPECT_TRUE((gaps <= 0.501 * values.scales.unsqueeze(1) * values.factors).all().item<bool>());
  const Tensor ids = torch::tensor({5, 2, 5});
  EXPECT_TRUE(torch::equal(widen_rows(values, ids), widen_weight(values).index_select(0, ids)));
  EXPECT_EQ(values.scales[2].item<float>(), 1);
  weight[0][0] = std::numeric_limits<float>::infinity();
  EXPECT_THROW(quantize_weight(weight), std::runtime_error);
}

}  // namespace
}  // namespace roformer::product
