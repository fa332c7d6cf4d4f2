#include "roformer/product/narrow_weight.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <array>
#include <memory>

#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/product/activation.h"
#include "roformer/product/compute_type.h"
#include "roformer/product/narrow_blocks.h"
#include "roformer/product/narrow_rows.h"
#include "roformer/product/product_sizes.h"

namespace roformer::product {

using torch::Tensor;

namespace {

constexpr double kMostOfInt8 = 127, kMostOfUint8 = 255;
// 2^31 / (255 · 127)
constexpr std::int64_t kMostInputs = 66311;

base::MatrixUnit unit_of(NarrowType type) {
  return type == NarrowType::int8 ? base::int8_unit() : base::bfloat16_unit();
}

// Integers (out, in) as a unit reads them, padded with zeros.
Tensor blocks_of(const Tensor& integers) {
  const std::int64_t outputs = integers.size(0), inputs = integers.size(1);
  const bool widened = base::int8_unit() == base::MatrixUnit::vectors;
  const std::int64_t rows = widened ? column_blocks(outputs) * kColumnsTogether : outputs;
  const Tensor padded =
      torch::zeros({rows, narrow_row_bytes(NarrowType::int8, inputs)}, integers.options());
  padded.slice(0, 0, outputs).slice(1, 0, inputs).copy_(integers);
  return widened ? padded.to(torch::kInt16) : blocks_by_row(padded.view(torch::kUInt8));
}

void require_finite(const Tensor& weight) {
  base::require(weight.numel() == 0 || weight.isfinite().all().item<bool>(),
                "[product] expected a weight of numbers for int8 but got some that are none");
}

Tensor activated(const Tensor& y, std::optional<Activation> activation) {
  return activation ? activate_composed(y, *activation) : y;
}

}  // namespace

// None is so small that a weight divided by it, or by a scale of such, would be no number.
Tensor input_factors(const Tensor& weight) {
  constexpr double least = 1e-3;  // of the largest
  const torch::NoGradGuard no_gradient;
  const Tensor wide = weight.detach().to(torch::kFloat64);
  require_finite(wide);
  if (wide.numel() == 0) return torch::ones({wide.size(1)});
  const Tensor sizes = wide.square().mean(0).sqrt().sqrt();
  const double largest = sizes.max().item<double>();
  if (largest == 0) return torch::ones({wide.size(1)});
  const Tensor bounded = sizes.clamp_min(least * largest);
  return (bounded / bounded.mean()).to(torch::kFloat32);
}

Int8Values quantize_weight(const Tensor& weight, std::int64_t first_output) {
  return quantize_weight(weight, input_factors(weight.slice(0, first_output)));
}

Int8Values quantize_weight(const Tensor& weight, const Tensor& factors) {
  const torch::NoGradGuard no_gradient;
  const Tensor wide = weight.detach().to(torch::kFloat32);
  require_finite(wide);
  if (wide.numel() == 0) return {wide.to(torch::kInt8), torch::ones({wide.size(0)}), factors};
  const Tensor even = wide / factors;
  Tensor scales = std::get<0>(even.abs().max(1)) / kMostOfInt8;
  scales.masked_fill_(scales == 0, 1);
  const Tensor steps = (even / scales.unsqueeze(1)).round();
  return {steps.clamp(-kMostOfInt8, kMostOfInt8).to(torch::kInt8), scales, factors};
}

Tensor widen_weight(const Int8Values& values) {
  return values.integers.to(torch::kFloat32) * values.scales.unsqueeze(1) * values.factors;
}

Tensor widen_rows(const Int8Values& values, const Tensor& ids) {
  return widen_weight(
      {values.integers.index_select(0, ids), values.scales.index_select(0, ids), values.factors});
}

NarrowWeight::NarrowWeight(NarrowType type, std::int64_t outputs, std::int64_t inputs)
    : type_(type), outputs_(outputs), inputs_(inputs) {
  require_served(type == NarrowType::int8 ? ComputeType::int8 : ComputeType::bfloat16);
}

NarrowWeight::NarrowWeight(const Int8Values& values)
    : NarrowWeight(NarrowType::int8, values.integers.size(0), values.integers.size(1)) {
  base::require(inputs_ <= kMostInputs,
                "[product] expected at most {} inputs for int8, whose sums are int32, but got {}",
                kMostInputs, inputs_);
  blocks_ = blocks_of(values.integers);
  scales_ = values.scales.contiguous();
  factors_ = values.factors.contiguous();
  sums_ = values.integers.sum(1, false, torch::kInt32);
}

NarrowWeight NarrowWeight::int8(const Tensor& weight, std::int64_t first_output) {
  return NarrowWeight(quantize_weight(weight, first_output));
}

NarrowWeight NarrowWeight::bfloat16(const Tensor& weight) {
  NarrowWeight narrow(NarrowType::bfloat16, weight.size(0), weight.size(1));
  narrow.blocks_ = blocks_by_row(rounded_rows(weight.detach().contiguous()).bytes);
  return narrow;
}

Tensor NarrowWeight::product(const Tensor& x, const Tensor& bias,
                             std::optional<Activation> activation) const {
  require_product_sizes(x, bias, inputs_, outputs_);
  const Tensor source = x.contiguous();
  Tensor y = torch::empty({x.size(0), outputs_}, x.options());
  if (y.numel() == 0) return y;
  const Tensor flat_bias = bias.defined() ? bias.contiguous() : bias;
  NarrowProduct product = narrow_product_of(y.data_ptr<float>());
  if (bias.defined()) product.bias = flat_bias.const_data_ptr<float>();
  if (activation) product.activation = &*activation;
  run_narrow_product(
      product, type_ == NarrowType::int8 ? quantized_rows(source, factors_) : rounded_rows(source));
  return y;
}

NarrowProduct NarrowWeight::narrow_product_of(float* y) const {
  NarrowProduct product;
  product.type = type_;
  product.unit = unit_of(type_);
  product.row_bytes = narrow_row_bytes(type_, inputs_);
  product.weight = static_cast<const std::uint8_t*>(blocks_.const_data_ptr());
  product.columns = outputs_;
  if (type_ == NarrowType::int8) {
    product.column_scales = scales_.const_data_ptr<float>();
    product.column_sums = sums_.const_data_ptr<std::int32_t>();
  }
  product.y = y;
  return product;
}

void NarrowWeight::product(const FewRows& few, base::Helpers& helpers) const {
  base::require(few.rows <= kMostFewRows, "[product] expected at most {} rows but got {}",
                kMostFewRows, few.rows);
  NarrowProduct product = narrow_product_of(few.y);
  product.bias = few.bias;
  product.activation = few.activation;
  const std::int64_t bytes = few.rows * product.row_bytes;
  const auto rows = std::make_unique_for_overwrite<std::uint8_t[]>(static_cast<std::size_t>(bytes));
  std::array<float, kMostFewRows> scales = {};
  std::array<std::int32_t, kMostFewRows> zeros = {};
  product.rows = rows.get();
  product.row_scales = scales.data();
  product.row_zeros = zeros.data();
  base::with_isa([&](auto isa) {
    if (type_ == NarrowType::int8) {
      quantize_rows<isa()>(few.x, factors_.const_data_ptr<float>(), inputs_, rows.get(),
                           product.row_bytes, scales.data(), zeros.data(), 0, few.rows);
    } else {
      round_rows<isa()>(few.x, inputs_, rows.get(), product.row_bytes, 0, few.rows);
    }
    share_blocks(column_blocks(outputs_), kColumnsTogether * product.row_bytes, helpers,
                 [&](std::int64_t begin, std::int64_t end) noexcept {
                   const auto scratch = std::make_unique_for_overwrite<std::int32_t[]>(
                       static_cast<std::size_t>(narrow_scratch(product.row_bytes)));
                   narrow_product<isa()>(product, 0, few.rows, begin, end, scratch.get());
                 });
  });
}

Tensor int8_product_composed(const Tensor& x, const Int8Values& values, const Tensor& bias,
                             std::optional<Activation> activation) {
  const Tensor wide = (x * values.factors).to(torch::kFloat64);
  const Tensor low = wide.amin({1}, true).clamp_max(0), high = wide.amax({1}, true).clamp_min(0);
  const Tensor scale = (high - low) / kMostOfUint8;
  const Tensor divisor = scale.masked_fill(scale == 0, 1);
  const Tensor zero = (-low / divisor).round().clamp(0, kMostOfUint8);
  const Tensor rows = ((wide / divisor + zero).round().clamp(0, kMostOfUint8) - zero) * scale;
  Tensor y =
      at::mm(rows, values.integers.to(torch::kFloat64).t()) * values.scales.to(torch::kFloat64);
  if (bias.defined()) y = y + bias;
  return activated(y, activation);
}

Tensor bfloat16_product_composed(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                 std::optional<Activation> activation) {
  const auto rounded = [](const Tensor& wide) {
    return wide.to(torch::kBFloat16).to(torch::kFloat64);
  };
  Tensor y = at::mm(rounded(x), rounded(weight).t());
  if (bias.defined()) y = y + bias;
  return activated(y, activation);
}

}  // namespace roformer::product
