// The norm of a model: LayerNorm with weight and bias, or RoFormerV2's without either. Both are one
// operator with the residual and a dropout, norm(residual + dropout(x)), with a gradient, and have
// a composed form.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "roformer/model/config.h"

namespace roformer::model {

/// A dropout: its probability, and the seed that its mask is a function of. Probability 0 is the
/// identity.
struct Dropout {
  double probability = 0.0;
  std::uint64_t seed = 0;
};

/// x, residual: (N, size); weight, bias: (size). `residual` undefined: the norm of dropout(x).
/// `weight` and `bias` undefined: s / sqrt(mean(s²) + epsilon) with s = residual + dropout(x), the
/// root-mean-square norm without weights (Zhang and Sennrich 2019), as RoFormerV2 has it. float32
/// on the CPU takes the fused kernel, all else the composed form.
torch::Tensor residual_norm(const torch::Tensor& x, const torch::Tensor& residual,
                            const torch::Tensor& weight, const torch::Tensor& bias, double epsilon,
                            const Dropout& dropout = {});

/// The same in LibTorch's operators.
torch::Tensor residual_norm_composed(const torch::Tensor& x, const torch::Tensor& residual,
                                     const torch::Tensor& weight, const torch::Tensor& bias,
                                     double epsilon, const Dropout& dropout = {});

/// x (N, size) with elements dropped and the others divided by what is kept. Differentiable.
torch::Tensor dropout(const torch::Tensor& x, const Dropout& dropout);

/// The mask of `dropout` over its kept share: (rows, columns) float32, 0 or 1 / keep.
torch::Tensor dropout_factors(std::int64_t rows, std::int64_t columns, const Dropout& dropout);

/// Of rows of `size` numbers, as config.norm_type says. Parameters `weight`, `bias` (size) or none.
class NormImpl : public torch::nn::Module {
 public:
  NormImpl(std::int64_t size, const EncoderConfig& config);
  /// Norm(residual + dropout(x)); x, residual: (N, size), residual may be undefined.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& residual = {},
                        const Dropout& dropout = {}) {
    return residual_norm(x, residual, weight_, bias_, epsilon_, dropout);
  }
  /// The same of a few rows in memory, without dropout; the residual may be null.
  void forward_few(const float* x, const float* residual, float* y, std::int64_t rows,
                   std::int64_t size) const;

 private:
  double epsilon_;
  torch::Tensor weight_, bias_;
};
TORCH_MODULE(Norm);

}  // namespace roformer::model
