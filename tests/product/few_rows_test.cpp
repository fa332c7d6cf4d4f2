#include "roformer/product/few_rows.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <tuple>

#include "roformer/product/activation.h"

namespace roformer::product {
namespace {

using torch::Tensor;

Tensor few_rows_of(const Tensor& x, const Tensor& weight, const Tensor& bias,
                   std::optional<Activation> activation, std::int64_t helpers = 1) {
  Tensor y = torch::full({x.size(0), weight.size(0)}, -7.0f);
  FewRowsProduct product;
  product.x = x.const_data_ptr<float>();
  product.rows = x.size(0);
  product.inputs = x.size(1);
  product.weight = weight.const_data_ptr<float>();
  product.outputs = weight.size(0);
  if (bias.defined()) product.bias = bias.const_data_ptr<float>();
  if (activation) product.activation = &*activation;
  product.y = y.data_ptr<float>();
  base::Helpers threads(helpers);
  run_few_rows(product, threads);
  return y;
}

using FewRowsSize = std::tuple<std::int64_t, std::int64_t, std::int64_t>;
class FewRows : public testing::TestWithParam<FewRowsSize> {};

TEST_P(FewRows, EqualsTheProductInDoubles) {
  const auto [rows, inputs, outputs] = GetParam();
  torch::manual_seed(3);
  const Tensor x = torch::randn({rows, inputs}), weight = torch::randn({outputs, inputs}),
               bias = torch::randn({outputs});
  const Tensor plain = at::mm(x.to(torch::kFloat64), weight.to(torch::kFloat64).t());
  const double bound = 1e-6 * static_cast<double>(inputs + 8);
  for (const bool with_bias : {false, true}) {
    for (const auto activation : {std::optional<Activation>(), std::optional(Activation::gelu),
                                  std::optional(Activation::relu)}) {
      const Tensor y = few_rows_of(x, weight, with_bias ? bias : Tensor(), activation);
      Tensor expected = with_bias ? plain + bias : plain;
      if (activation) expected = activate_composed(expected, *activation);
      EXPECT_LE(y.numel() == 0 ? 0 : (y - expected).abs().max().item<double>(), bound);
    }
  }
}

TEST_P(FewRows, ARowDoesNotDependOnTheOthersByABit) {
  const auto [rows, inputs, outputs] = GetParam();
  torch::manual_seed(4);
  const Tensor x = torch::randn({rows, inputs}), weight = torch::randn({outputs, inputs}),
               bias = torch::randn({outputs});
  const Tensor together = few_rows_of(x, weight, bias, Activation::gelu, 2);
  for (std::int64_t row = 0; row < rows; ++row) {
    const Tensor alone =
        few_rows_of(x.slice(0, row, row + 1).contiguous(), weight, bias, Activation::gelu, 0);
    EXPECT_TRUE(torch::equal(alone[0], together[row])) << row;
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, FewRows,
                         testing::Values(FewRowsSize{1, 1, 1}, FewRowsSize{1, 256, 1000},
                                         FewRowsSize{3, 37, 19}, FewRowsSize{8, 64, 2049},
                                         FewRowsSize{7, 1030, 5}, FewRowsSize{2, 100'000, 3},
                                         FewRowsSize{0, 8, 8}, FewRowsSize{4, 8, 0}));

TEST(FewRowsValues, NotANumberStaysOne) {
  const Tensor x = torch::ones({2, 40}), weight = torch::ones({3, 40});
  x[1][7] = std::nan("");
  const Tensor y = few_rows_of(x, weight, {}, std::nullopt);
  EXPECT_TRUE(torch::isfinite(y[0]).all().item<bool>());
  EXPECT_TRUE(torch::isnan(y[1]).all().item<bool>());
}

}  // namespace
}  // namespace roformer::product
