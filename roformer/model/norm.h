// The norm of a model: LayerNorm with weight and bias, or RoFormerV2's without either.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "roformer/model/config.h"
#include "roformer/model/residual_norm.h"

namespace roformer::model {

/// Of rows of `size` numbers, as config.norm_type says. Parameters `weight` and `bias` (size), or
/// none.
class NormImpl : public torch::nn::Module {
 public:
  NormImpl(std::int64_t size, const EncoderConfig& config);
  /// Norm(residual + dropout(x)); x, residual: (N, size), residual may be undefined.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& residual = {},
                        const Dropout& dropout = {});

 private:
  double epsilon_;
  torch::Tensor weight_, bias_;
};
TORCH_MODULE(Norm);

}  // namespace roformer::model
