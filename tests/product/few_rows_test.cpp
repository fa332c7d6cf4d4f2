// tests of products of a few rows in memory: the same bits as the product of a batch, whoever helps.
#include "roformer/product/few_rows.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <vector>

#include "roformer/product/blocked_weight.h"
#include "roformer/product/compute_type.h"
#include "roformer/product/narrow_weight.h"
#include "tests/product/product_size.h"

namespace roformer::product {
namespace {

using torch::Tensor;

template <typename Weight>
Tensor product_of_few(const Weight& weight, std::int64_t outputs, const Tensor& x,
                      const Tensor& bias, const Activation* activation, std::int64_t helpers) {
  Tensor y = torch::full({x.size(0), outputs}, -7.0f);
  base::Helpers threads(helpers);
  weight.product({.x = x.const_data_ptr<float>(),
                  .rows = x.size(0),
                  .bias = bias.defined() ? bias.const_data_ptr<float>() : nullptr,
                  .activation = activation,
                  .y = y.data_ptr<float>()},
                 threads);
  return y;
}

class FewRowsTest : public testing::TestWithParam<ProductSize> {
 protected:
  template <typename Weight>
  void expect_the_batch(const Weight& weight) {
    const Activation gelu = Activation::gelu;
    for (const std::int64_t helpers : {0, 1, 3}) {
      EXPECT_TRUE(torch::equal(product_of_few(weight, outputs_, x_, bias_, &gelu, helpers),
                               weight.product(x_, bias_, gelu)));
      EXPECT_TRUE(torch::equal(product_of_few(weight, outputs_, x_, {}, nullptr, helpers),
                               weight.product(x_, {}, std::nullopt)));
    }
  }

  const torch::NoGradGuard no_gradient_;
  std::int64_t outputs_ = GetParam().outputs;
  Tensor x_ = torch::randn({GetParam().rows, GetParam().inputs}), bias_ = torch::randn({outputs_}),
         weight_ = torch::randn({outputs_, GetParam().inputs});
};

TEST_P(FewRowsTest, GiveWhatABatchGives) {
  expect_the_batch(BlockedWeight(weight_));
  expect_the_batch(NarrowWeight::int8(weight_));
  if (is_served(ComputeType::bfloat16)) expect_the_batch(NarrowWeight::bfloat16(weight_));
}

INSTANTIATE_TEST_SUITE_P(Sizes, FewRowsTest,
                         testing::Values(ProductSize{1, 1, 1}, ProductSize{1, 256, 1000},
                                         ProductSize{3, 37, 19}, ProductSize{8, 64, 2049},
                                         ProductSize{7, 1030, 5}, ProductSize{2, 66'000, 3},
                                         ProductSize{0, 8, 8}, ProductSize{4, 8, 0}));

TEST(FewRowsValues, NotANumberStaysOne) {
  const torch::NoGradGuard no_gradient;
  const Tensor x = torch::ones({2, 40});
  x[1][7] = std::nan("");
  const BlockedWeight weight(torch::ones({3, 40}));
  const Tensor y = product_of_few(weight, 3, x, {}, nullptr, 1);
  EXPECT_TRUE(torch::isfinite(y[0]).all().item<bool>());
  EXPECT_TRUE(torch::isnan(y[1]).all().item<bool>());
}

}  // namespace
}  // namespace roformer::product
