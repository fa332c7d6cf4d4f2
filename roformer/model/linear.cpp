#include "roformer/model/linear.h"

#include <torch/autograd.h>
#include <torch/nn/module.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/base/cpu_isa.h"
#include "roformer/format/blank_weights.h"
#include "roformer/model/activation.h"
#include "roformer/model/prepared_weight.h"
#include "roformer/packed/composed_gradients.h"
#include "roformer/packed/run_tasks.h"

namespace roformer::model {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Below that MKL is not sure to win.
constexpr std::int64_t rows_for_mkl = 256;

// Which of LibTorch's two libraries has the faster product, for a weight that was not prepared.
// Without AVX-512 (Zen 3, 2 threads, 1024 rows) MKL makes the gradient of an input, whose weight is
// read across, at 150 GFLOP/s against 85 to 128 of oneDNN, and x Wᵀ of 3072 × 768 at 151 against
// 127; a bias costs it a pass over the output, which a wide output does not win back. With AVX-512
// it keeps to AVX2 on AMD's processors, so that oneDNN is left.
bool mkl_is_faster(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (base::cpu_isa() == base::Isa::avx512 || !at::hasMKL()) return false;
  if (!weight.is_contiguous()) return true;
  return x.size(0) >= rows_for_mkl && (!bias.defined() || weight.size(0) <= weight.size(1));
}

Tensor plain_product(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (onednn_serves(x, weight) && !mkl_is_faster(x, weight, bias))
    return onednn_product(x, weight, bias, std::nullopt);
  return bias.defined() ? at::addmm(bias, x, weight.t()) : at::mm(x, weight.t());
}

Tensor shaped(const Tensor& y, torch::IntArrayRef shape) {
  return shape.empty() ? y : y.view(shape);
}

struct LinearFunction : torch::autograd::Function<LinearFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                        const std::optional<Tensor>& bias, torch::IntArrayRef shape) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    // Each of the two is what the other's gradient is made of.
    context->save_for_backward(
        {weight.requires_grad() ? x : Tensor(), x.requires_grad() ? weight : Tensor()});
    context->saved_data["out"] = weight.size(0);
    context->saved_data["has_bias"] = bias.has_value();
    return shaped(plain_product(x, weight, bias.value_or(Tensor())), shape);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const std::int64_t out = context->saved_data["out"].toInt();
    const Tensor slope = gradients[0].contiguous().view(
        {gradients[0].numel() / std::max<std::int64_t>(1, out), out});
    variable_list result(4);
    // oneDNN's product has no gradient in turn.
    if (context->needs_input_grad(0))
      result[0] = packed::gradient_is_differentiated() ? at::mm(slope, weight)
                                                       : plain_product(slope, weight.t(), {});
    if (context->needs_input_grad(1)) result[1] = at::mm(slope.t(), x);
    if (context->saved_data["has_bias"].toBool() && context->needs_input_grad(2))
      result[2] = slope.sum(0);
    return result;
  }
};

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias, torch::IntArrayRef shape) {
  if (!packed::wants_gradient({x, weight, bias}))
    return shaped(plain_product(x, weight, bias), shape);
  const auto given = bias.defined() ? std::optional<Tensor>(bias) : std::nullopt;
  return LinearFunction::apply(x, weight, given, shape);
}

LinearImpl::LinearImpl(std::int64_t in, std::int64_t out, bool with_bias) {
  weight = register_parameter("weight", format::new_weight({out, in}));
  if (with_bias) bias = register_parameter("bias", format::new_weight({out}));
}

LinearImpl::LinearImpl(const Tensor& given_weight, const Tensor& given_bias)
    : weight(given_weight), bias(given_bias) {}

Tensor LinearImpl::forward(const Tensor& x, torch::IntArrayRef shape) const {
  if (!packed::wants_gradient({x, weight, bias})) {
    const Tensor y = prepared_.product(x, weight, flat_bias(), std::nullopt);
    if (y.defined()) return shaped(y, shape);
  }
  return linear(x, weight, flat_bias(), shape);
}

Tensor LinearImpl::activated(const Tensor& x, Activation activation) const {
  if (packed::wants_gradient({x, weight, bias}) || !onednn_serves(x, weight))
    return activate(forward(x), activation);
  const Tensor y = prepared_.product(x, weight, flat_bias(), activation);
  return y.defined() ? y : onednn_product(x, weight, flat_bias(), activation);
}

void LinearImpl::train(bool on) {
  Module::train(on);
  if (on) prepared_.clear();
}

void prepare_for_inference(torch::nn::Module& module) {
  module.apply([](torch::nn::Module& part) {
    if (auto* const layer = part.as<LinearImpl>()) layer->prepare();
  });
}

}  // namespace roformer::model
