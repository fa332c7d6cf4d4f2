// LayerNorm(residual + dropout(x)), and RoFormerV2's norm without weights, as one operator with a
// gradient each, and their composed forms.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace roformer::model {

/// A dropout: its probability, and the seed that its mask is a function of. Probability 0 is the
/// identity.
struct Dropout {
  double probability = 0.0;
  std::uint64_t seed = 0;
};

/// x, residual: (N, size); weight, bias: (size). `residual` undefined: LayerNorm(dropout(x)).
/// float32 on the CPU takes the fused kernel, all else the composed form.
torch::Tensor residual_norm(const torch::Tensor& x, const torch::Tensor& residual,
                            const torch::Tensor& weight, const torch::Tensor& bias, double epsilon,
                            const Dropout& dropout = {});

/// The same in LibTorch's operators.
torch::Tensor residual_norm_composed(const torch::Tensor& x, const torch::Tensor& residual,
                                     const torch::Tensor& weight, const torch::Tensor& bias,
                                     double epsilon, const Dropout& dropout = {});

/// s / sqrt(mean(s²) + epsilon) with s = residual + dropout(x): root-mean-square norm without
/// weights (Zhang and Sennrich 2019), as RoFormerV2 has it. Shapes as above.
torch::Tensor residual_rms_norm(const torch::Tensor& x, const torch::Tensor& residual,
                                double epsilon, const Dropout& dropout = {});

/// The same in LibTorch's operators.
torch::Tensor residual_rms_norm_composed(const torch::Tensor& x, const torch::Tensor& residual,
                                         double epsilon, const Dropout& dropout = {});

/// x (N, size) with elements dropped and the others divided by what is kept. Differentiable.
torch::Tensor dropout(const torch::Tensor& x, const Dropout& dropout);

/// The mask of `dropout` over its kept share: (rows, columns) float32, 0 or 1 / keep.
torch::Tensor dropout_factors(std::int64_t rows, std::int64_t columns, const Dropout& dropout);

}  // namespace roformer::model
