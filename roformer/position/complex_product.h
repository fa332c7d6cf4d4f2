// Complex numbers as two real halves side by side, in vectors and heads: what `complex` computes.
#pragma once
#include <torch/types.h>

namespace roformer::position {

/// The halves of the last dimension of x: real and imaginary part.
struct ComplexHalves {
  torch::Tensor real, imaginary;
};
/// As views.
ComplexHalves complex_halves(const torch::Tensor& x);

/// r exp(i (ω t + θ)): r, ω (N, d), θ (N, d) or undefined, t (N) → real and imaginary part (N, 2d).
torch::Tensor complex_wave(const torch::Tensor& r, const torch::Tensor& omega,
                           const torch::Tensor& theta, const torch::Tensor& t);

/// Products of complex vectors that lie in halves of q (…, T_q, D) and k (…, T_k, D).
struct ComplexProduct {
  torch::Tensor real, imaginary;  // (…, T_q, T_k)

  /// Its gradient is finite at 0 too.
  torch::Tensor modulus() const;
};

/// Σ q k̄.
ComplexProduct conjugate_product(const torch::Tensor& q, const torch::Tensor& k);
/// Σ q k.
ComplexProduct plain_product(const torch::Tensor& q, const torch::Tensor& k);

}  // namespace roformer::position
