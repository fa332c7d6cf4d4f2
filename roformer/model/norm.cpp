#include "roformer/model/norm.h"

#include <torch/nn/module.h>

#include "roformer/format/blank_weights.h"

namespace roformer::model {

NormImpl::NormImpl(std::int64_t size, const EncoderConfig& config)
    : epsilon_(config.layer_norm_eps) {
  if (config.norm_type != "layer_norm") return;
  weight_ = register_parameter("weight",
                               format::new_weight({size}, [](torch::Tensor& x) { x.fill_(1); }));
  bias_ =
      register_parameter("bias", format::new_weight({size}, [](torch::Tensor& x) { x.zero_(); }));
}

torch::Tensor NormImpl::forward(const torch::Tensor& x, const torch::Tensor& residual,
                                const Dropout& dropout) {
  if (!weight_.defined()) return residual_rms_norm(x, residual, epsilon_, dropout);
  return residual_norm(x, residual, weight_, bias_, epsilon_, dropout);
}

}  // namespace roformer::model
