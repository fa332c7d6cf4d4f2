#include "roformer/model/packed_weights.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

namespace roformer::model {
namespace {

using torch::Tensor;

constexpr const char* reorder_operator = "mkldnn::_reorder_linear_weight";
// The layout does not depend on it (oneDNN 3.x, f32, 1 to 500 rows).
constexpr std::int64_t rows_to_reorder_for = 64;

thread_local const PackedWeights* current_weights = nullptr;

bool is_packable(const std::string& name, const Tensor& weight) {
  return name.ends_with("weight") && weight.dim() == 2 && weight.numel() > 0 &&
         weight.device().is_cpu() && weight.scalar_type() == torch::kFloat32;
}

Tensor reordered(const c10::OperatorHandle& operation, const Tensor& weight) {
  torch::jit::Stack stack = {weight.detach(), rows_to_reorder_for};
  operation.callBoxed(stack);
  return stack.back().toTensor();
}

}  // namespace

void PackedWeights::add(const torch::nn::Module& module) {
  const auto operation = c10::Dispatcher::singleton().findSchema({reorder_operator, ""});
  if (!at::hasMKLDNN() || !operation.has_value()) return;
  const torch::NoGradGuard no_gradient;
  for (const auto& item : module.named_parameters()) {
    const Tensor& weight = item.value();
    if (!is_packable(item.key(), weight) || find(weight).defined()) continue;
    weights_[weight.const_data_ptr()] = {weight, reordered(*operation, weight.contiguous())};
  }
}

Tensor PackedWeights::find(const Tensor& weight) const {
  const auto found = weights_.find(weight.const_data_ptr());
  if (found == weights_.end() || found->second.plain.sizes() != weight.sizes()) return {};
  return found->second.packed;
}

PackedWeightsGuard::PackedWeightsGuard(const PackedWeights& weights) : before_(current_weights) {
  current_weights = &weights;
}

PackedWeightsGuard::~PackedWeightsGuard() {
  current_weights = before_;
}

Tensor packed_weight(const Tensor& weight) {
  return current_weights == nullptr ? Tensor() : current_weights->find(weight);
}

}  // namespace roformer::model
