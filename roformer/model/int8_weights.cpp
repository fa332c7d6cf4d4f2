#include "roformer/model/int8_weights.h"

#include <torch/nn/module.h>

#include "roformer/model/encoder.h"
#include "roformer/model/linear.h"

namespace roformer::model {
namespace {

using torch::Tensor;

void set_buffer(torch::nn::Module& owner, const char* name, const Tensor& values) {
  if (Tensor* const buffer = owner.named_buffers(/*recurse=*/false).find(name)) {
    buffer->set_data(values);
  } else {
    owner.register_buffer(name, values);
  }
}

}  // namespace

void hold_int8(torch::nn::Module& owner, Tensor& weight, const product::Int8Values& values) {
  weight.set_requires_grad(false);
  weight.set_data(values.integers);
  set_buffer(owner, "weight_scale", values.scales);
  set_buffer(owner, "weight_factor", values.factors);
}

bool holds_int8(torch::nn::Module& module) {
  bool holds = false;
  module.apply([&](torch::nn::Module& part) {
    if (const auto* const layer = part.as<LinearImpl>()) holds = holds || layer->is_int8();
    if (const auto* const encoder = part.as<EncoderImpl>())
      holds = holds || encoder->word_embeddings().scalar_type() == torch::kInt8;
  });
  return holds;
}

void widen_int8(torch::nn::Module& module) {
  module.apply([](torch::nn::Module& part) {
    if (auto* const layer = part.as<LinearImpl>()) layer->widen();
    if (auto* const encoder = part.as<EncoderImpl>()) encoder->widen_words();
  });
}

}  // namespace roformer::model
