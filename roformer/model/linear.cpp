#include "roformer/model/linear.h"

#include <fmt/ranges.h>
#include <torch/autograd.h>
#include <torch/nn/module.h>
#include <torch/utils.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/format/blank_weights.h"
#include "roformer/model/int8_weights.h"
#include "roformer/packed/composed_gradients.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/product/activation.h"
#include "roformer/product/few_rows.h"
#include "roformer/product/prepared_weight.h"
#include "roformer/product/training_products.h"

namespace roformer::model {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Tensor shaped(const Tensor& y, torch::IntArrayRef shape) {
  return shape.empty() ? y : y.view(shape);
}

struct LinearFunction : torch::autograd::Function<LinearFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                        const std::optional<Tensor>& bias, torch::IntArrayRef shape,
                        std::int64_t type) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    // Each of the two is what the other's gradient is made of, and the weight tells how.
    context->save_for_backward({weight.requires_grad() ? x : Tensor(), weight});
    context->saved_data["type"] = type;
    context->saved_data["has_bias"] = bias.has_value();
    product::TrainingProducts products(weight, static_cast<product::ComputeType>(type));
    return shaped(products.output(x, bias.value_or(Tensor())), shape);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const std::int64_t out = weight.size(0);
    const Tensor slope = gradients[0].contiguous().view(
        {gradients[0].numel() / std::max<std::int64_t>(1, out), out});
    variable_list result(5);
    if (packed::gradient_is_differentiated()) {
      // Products of ours and of oneDNN have no gradient in turn.
      if (context->needs_input_grad(0)) result[0] = at::mm(slope, weight);
      if (context->needs_input_grad(1)) result[1] = at::mm(slope.t(), x);
    } else {
      const auto type = static_cast<product::ComputeType>(context->saved_data["type"].toInt());
      product::TrainingProducts products(weight, type);
      if (context->needs_input_grad(0)) result[0] = products.input_gradient(slope);
      if (context->needs_input_grad(1)) products.add_weight_gradient(slope, x, result[1]);
    }
    if (context->saved_data["has_bias"].toBool() && context->needs_input_grad(2))
      result[2] = slope.sum(0);
    return result;
  }
};

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias, torch::IntArrayRef shape,
              product::ComputeType type) {
  if (!packed::wants_gradient({x, weight, bias}))
    return shaped(product::float32_product(x, weight, bias), shape);
  const auto given = bias.defined() ? std::optional<Tensor>(bias) : std::nullopt;
  return LinearFunction::apply(x, weight, given, shape, static_cast<std::int64_t>(type));
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
  require_wide();
  return linear(x, weight, flat_bias(), shape, training_type_);
}

Tensor LinearImpl::activated(const Tensor& x, product::Activation activation) const {
  if (packed::wants_gradient({x, weight, bias})) return product::activate(forward(x), activation);
  Tensor y = prepared_.product(x, weight, flat_bias(), activation);
  if (y.defined()) return y;
  if (!product::onednn_serves(x, weight)) return product::activate(forward(x), activation);
  return product::onednn_product(x, weight, flat_bias(), activation);
}

bool LinearImpl::serves_few() const {
  return prepared_.serves(weight) &&
         (!bias.defined() || (packed::is_float_on_cpu(bias) && bias.is_contiguous()));
}

void LinearImpl::forward_few(const float* x, std::int64_t rows, float* y,
                             const product::Activation* activation, base::Helpers& helpers) const {
  product::FewRows few;
  few.x = x;
  few.rows = rows;
  if (bias.defined()) few.bias = bias.const_data_ptr<float>();
  few.activation = activation;
  few.y = y;
  prepared_.product(few, helpers);
}

Tensor LinearImpl::forward_few(const Tensor& x, base::Helpers& helpers) const {
  const bool serves = x.size(0) <= product::kMostFewRows && packed::is_float_on_cpu(x) &&
                      x.is_contiguous() && !torch::GradMode::is_enabled() && serves_few();
  if (!serves) return {};
  Tensor y = torch::empty({x.size(0), weight.size(0)}, x.options());
  forward_few(x.const_data_ptr<float>(), x.size(0), y.data_ptr<float>(), nullptr, helpers);
  return y;
}

void LinearImpl::require_wide() const {
  base::require(!is_int8(),
                "[model] expected weights in float to train, or to compute elsewhere than on the "
                "CPU, but got int8");
}

void LinearImpl::hold(const product::Int8Values& values) {
  base::require(values.integers.sizes() == weight.sizes(),
                "[model] expected integers of the shape ({}) but got ({})",
                fmt::join(weight.sizes(), ", "), fmt::join(values.integers.sizes(), ", "));
  hold_int8(*this, weight, values);
  weight_scale_ = values.scales;
  weight_factor_ = values.factors;
  prepared_.hold(weight, values);
}

void LinearImpl::widen() {
  if (is_int8()) weight.set_data(wide_weight());
  if (weight_scale_.defined()) prepared_.clear();
}

Tensor LinearImpl::wide_weight() const {
  return is_int8() ? product::widen_weight({weight, weight_scale_, weight_factor_}) : weight;
}

std::shared_ptr<LinearImpl> LinearImpl::of_outputs(const Tensor& outputs) const {
  const torch::NoGradGuard no_gradient;
  const Tensor rows = outputs.to(weight.device()), some_weight = weight.index_select(0, rows);
  auto some =
      std::make_shared<LinearImpl>(is_int8() ? torch::empty(some_weight.sizes()) : some_weight,
                                   bias.defined() ? flat_bias().index_select(0, rows) : bias);
  if (is_int8()) {
    some->hold({some_weight, weight_scale_.index_select(0, rows), weight_factor_});
  } else if (const auto type = prepared_type()) {
    some->prepare(*type);
  }
  return some;
}

void LinearImpl::train(bool on) {
  if (on) require_wide();
  Module::train(on);
  if (on) prepared_.clear();
}

void prepare_for_inference(torch::nn::Module& module, product::ComputeType type) {
  module.apply([type](torch::nn::Module& part) {
    auto* const layer = part.as<LinearImpl>();
    if (layer == nullptr || layer->is_int8()) return;
    layer->prepare(layer->weight.size(0) < product::kFewOutputs ? product::ComputeType::float32
                                                                : type);
  });
}

std::optional<product::ComputeType> narrow_type_of(torch::nn::Module& module) {
  std::optional<product::ComputeType> narrow;
  module.apply([&narrow](torch::nn::Module& part) {
    const auto* const layer = part.as<LinearImpl>();
    const auto type = layer == nullptr ? std::nullopt : layer->prepared_type();
    if (type && *type != product::ComputeType::float32) narrow = type;
  });
  return narrow;
}

void train_products_in(torch::nn::Module& module, product::ComputeType type) {
  base::require(type != product::ComputeType::int8,
                "[model] expected float32 or bfloat16 for training but got int8");
  module.apply([type](torch::nn::Module& part) {
    if (auto* const layer = part.as<LinearImpl>()) layer->train_in(type);
  });
}

}  // namespace roformer::model
