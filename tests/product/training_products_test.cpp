// The three products of a layer that learns, in bfloat16, beside float64 of the rounded numbers.
#include "roformer/product/training_products.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <stdexcept>

#include "tests/product/product_size.h"

namespace roformer::product {
namespace {

using torch::Tensor;

// In float64, of numbers rounded to bfloat16.
Tensor rounded(const Tensor& x) {
  return x.to(torch::kBFloat16).to(torch::kFloat64);
}

class TrainingProductsTest : public ::testing::TestWithParam<ProductSize> {
 protected:
  void SetUp() override {
    if (!is_served(ComputeType::bfloat16)) GTEST_SKIP() << "no unit for bfloat16";
  }

  const torch::NoGradGuard no_gradient_;
  Tensor x_ = torch::randn({GetParam().rows, GetParam().inputs});
  Tensor weight_ = torch::randn({GetParam().outputs, GetParam().inputs});
  Tensor bias_ = torch::randn({GetParam().outputs});
  Tensor slope_ = torch::randn({GetParam().rows, GetParam().outputs});
  TrainingProducts products_{weight_, ComputeType::bfloat16};
};

TEST_P(TrainingProductsTest, AreTheirFormulas) {
  const auto bound = [](std::int64_t terms) { return 2e-6 * static_cast<double>(terms + 8); };
  EXPECT_LE(
      largest_gap(products_.output(x_, bias_), at::mm(rounded(x_), rounded(weight_).t()) + bias_),
      bound(GetParam().inputs));
  EXPECT_LE(largest_gap(products_.output(x_, Tensor()), at::mm(rounded(x_), rounded(weight_).t())),
            bound(GetParam().inputs));
  EXPECT_LE(
      largest_gap(products_.input_gradient(slope_), at::mm(rounded(slope_), rounded(weight_))),
      bound(GetParam().outputs));
  const Tensor expected = at::mm(rounded(slope_).t(), rounded(x_));
  Tensor sum;
  products_.add_weight_gradient(slope_, x_, sum);
  EXPECT_LE(largest_gap(sum, expected), bound(GetParam().rows));
  products_.add_weight_gradient(slope_, x_, sum);
  EXPECT_LE(largest_gap(sum, 2 * expected), 2 * bound(GetParam().rows));
}

INSTANTIATE_TEST_SUITE_P(Sizes, TrainingProductsTest,
                         ::testing::Values(ProductSize{64, 32, 32}, ProductSize{65, 33, 47},
                                           ProductSize{100, 1, 70}, ProductSize{300, 130, 96},
                                           ProductSize{257, 768, 100}, ProductSize{1000, 70, 513}));

TEST(FewRowsTest, AreFloat32) {
  const torch::NoGradGuard no_gradient;
  const Tensor x = torch::randn({kFewRows - 1, 100}), weight = torch::randn({40, 100});
  const auto types = served_compute_types();
  for (const ComputeType type : types) {
    if (type == ComputeType::int8) {
      EXPECT_THROW(TrainingProducts(weight, type), std::runtime_error);
      continue;
    }
    TrainingProducts products(weight, type);
    EXPECT_LE(largest_gap(products.output(x, Tensor()),
                          at::mm(x.to(torch::kFloat64), weight.to(torch::kFloat64).t())),
              1e-4);
  }
}

}  // namespace
}  // namespace roformer::product
