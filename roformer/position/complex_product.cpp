#include "roformer/position/complex_product.h"

#include <torch/types.h>

#include "roformer/packed/wide_type.h"

namespace roformer::position {

using torch::Tensor;

ComplexHalves complex_halves(const Tensor& x) {
  const auto parts = x.chunk(2, -1);
  return {parts[0], parts[1]};
}

Tensor complex_wave(const Tensor& r, const Tensor& omega, const Tensor& theta, const Tensor& t) {
  // float64, as the sinusoid's angles: a late position's angle has many turns.
  Tensor angles = omega.to(torch::kFloat64) * t.to(torch::kFloat64).unsqueeze(-1);
  if (theta.defined()) angles = angles + theta;
  const Tensor wide = packed::widened(r);
  const auto type = wide.scalar_type();
  return torch::cat({wide * angles.cos().to(type), wide * angles.sin().to(type)}, -1)
      .to(r.scalar_type());
}

Tensor ComplexProduct::modulus() const {
  // Below this the slope is 0 instead of 0 / 0.
  constexpr double least = 1e-30;
  return (real * real + imaginary * imaginary).clamp_min(least).sqrt();
}

ComplexProduct conjugate_product(const Tensor& q, const Tensor& k) {
  const ComplexHalves a = complex_halves(q);
  // Of k̄: q k̄ = q · (k_re, k_im) + i q · (−k_im, k_re), each a product over both parts.
  const Tensor turned = torch::cat({a.imaginary, -a.real}, -1);
  return {torch::matmul(q, k.transpose(-1, -2)), torch::matmul(turned, k.transpose(-1, -2))};
}

ComplexProduct plain_product(const Tensor& q, const Tensor& k) {
  const ComplexHalves b = complex_halves(k);
  return conjugate_product(q, torch::cat({b.real, -b.imaginary}, -1));
}

}  // namespace roformer::position
