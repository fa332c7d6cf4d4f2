#include "roformer/product/prepared_weight.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/types.h>

#include "roformer/base/cpu_isa.h"
#include "roformer/packed/run_tasks.h"

namespace roformer::product {
namespace {

using torch::Tensor;

using PointwiseSignature = Tensor(const Tensor&, const Tensor&, const std::optional<Tensor>&,
                                  std::string_view, c10::List<std::optional<at::Scalar>>,
                                  std::optional<std::string_view>);

constexpr const char* product_operator = "mkldnn::_linear_pointwise";

std::optional<c10::OperatorHandle> find_operator(const char* name) {
  if (!at::hasMKLDNN()) return std::nullopt;
  return c10::Dispatcher::singleton().findSchema({name, ""});
}

bool has_floats_on_cpu(const Tensor& x) {
  return packed::is_float_on_cpu(x) && x.numel() > 0;
}

// oneDNN's names of an activation and of its algorithm.
struct Attribute {
  const char* name;
  const char* algorithm;
};

Attribute attribute_of(std::optional<Activation> activation) {
  if (!activation) return {"none", ""};
  switch (*activation) {
    case Activation::gelu:
      return {"gelu", "none"};
    case Activation::gelu_new:
      return {"gelu", "tanh"};
    case Activation::silu:
      return {"swish", ""};
    default:
      return {"relu", ""};
  }
}

// Below that MKL is not sure to win.
constexpr std::int64_t kRowsForMkl = 256;

// Which of LibTorch's two libraries has the faster product, for a weight that was not prepared.
// Without AVX-512 (Zen 3, 2 threads, 1024 rows) MKL makes the gradient of an input, whose weight is
// read across, at 150 GFLOP/s against 85 to 128 of oneDNN, and x Wᵀ of 3072 × 768 at 151 against
// 127; a bias costs it a pass over the output, which a wide output does not win back. With AVX-512
// it keeps to AVX2 on AMD's processors, so that oneDNN is left.
bool mkl_is_faster(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (base::cpu_isa() == base::Isa::avx512 || !at::hasMKL()) return false;
  if (!weight.is_contiguous()) return true;
  return x.size(0) >= kRowsForMkl && (!bias.defined() || weight.size(0) <= weight.size(1));
}

}  // namespace

bool onednn_serves(const Tensor& x, const Tensor& weight) {
  static const bool found = find_operator(product_operator).has_value();
  return found && has_floats_on_cpu(x) && has_floats_on_cpu(weight);
}

// at::linear writes the bias first and lets the product add to it, a pass over the output more: 100
// to 125 GFLOP/s against 150 at 1024 × 768 × 2304.
Tensor onednn_product(const Tensor& x, const Tensor& weight, const Tensor& bias,
                      std::optional<Activation> activation) {
  static const auto operation = find_operator(product_operator)->typed<PointwiseSignature>();
  const Attribute attribute = attribute_of(activation);
  return operation.call(x, weight, bias.defined() ? std::optional<Tensor>(bias) : std::nullopt,
                        attribute.name, c10::List<std::optional<at::Scalar>>(),
                        attribute.algorithm);
}

Tensor float32_product(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (onednn_serves(x, weight) && !mkl_is_faster(x, weight, bias))
    return onednn_product(x, weight, bias, std::nullopt);
  return bias.defined() ? at::addmm(bias, x, weight.t()) : at::mm(x, weight.t());
}

bool PreparedWeight::has_form(ComputeType type) const {
  if (type == ComputeType::float32) return blocked_.has_value();
  return narrow_ && (narrow_->type() == NarrowType::int8) == (type == ComputeType::int8);
}

std::optional<ComputeType> PreparedWeight::type() const {
  if (blocked_) return ComputeType::float32;
  if (!narrow_) return std::nullopt;
  return narrow_->type() == NarrowType::int8 ? ComputeType::int8 : ComputeType::bfloat16;
}

void PreparedWeight::prepare(const Tensor& weight, ComputeType type, std::int64_t first_output) {
  if (serves(weight) && has_form(type)) return;
  clear();
  // What inference made has no version.
  if (weight.is_inference() || !has_floats_on_cpu(weight)) return;
  if (type == ComputeType::float32) {
    blocked_.emplace(weight);
  } else {
    narrow_ = type == ComputeType::int8 ? NarrowWeight::int8(weight, first_output)
                                        : NarrowWeight::bfloat16(weight);
  }
  plain_ = weight.detach();
  version_ = weight._version();
}

void PreparedWeight::hold(const Tensor& weight, const Int8Values& values) {
  clear();
  narrow_ = NarrowWeight(values);
  plain_ = weight.detach();
  version_ = weight._version();
}

bool PreparedWeight::serves(const Tensor& weight) const {
  return plain_.defined() && !weight.is_inference() && weight.is_alias_of(plain_) &&
         weight.storage_offset() == plain_.storage_offset() && weight.sizes() == plain_.sizes() &&
         weight.strides() == plain_.strides() && weight._version() == version_;
}

Tensor PreparedWeight::product(const Tensor& x, const Tensor& weight, const Tensor& bias,
                               std::optional<Activation> activation) const {
  if (!serves(weight) || !packed::is_float_on_cpu(x)) return {};
  return narrow_ ? narrow_->product(x, bias, activation) : blocked_->product(x, bias, activation);
}

}  // namespace roformer::product
