// Activation functions and their derivatives on vectors of the instruction set. For *_kernel.cpp
// files only, as base/simd.h; Φ from Abramowitz and Stegun 7.1.26, whose error 1.5e-7 is that of
// float32.
#pragma once
#include "roformer/base/simd.h"
#include "roformer/product/activation_kernel.h"

namespace roformer::product {
namespace {

using base::simd::broadcast;
using base::simd::exponential;
using base::simd::Vector;

using Floats = Vector<float>;
constexpr float sqrt_half = 0.70710678f;
constexpr float inverse_sqrt_two_pi = 0.39894228f;

struct Normal {
  Floats cumulative;  // Φ(x)
  Floats density;     // φ(x)
};

Floats absolute(Floats x) {
  return x < 0.0f ? -x : x;
}

// erf(|z|) = 1 − t (a1 + t (a2 + …)) e^(−z²), t = 1 / (1 + p |z|), at z = x / √2; the exponential
// serves φ too.
Normal normal(Floats x) {
  const Floats z = absolute(x) * sqrt_half;
  const Floats power = exponential(-z * z);
  const Floats t = 1.0f / (1.0f + 0.3275911f * z);
  Floats series = broadcast(1.061405429f);
  series = series * t - 1.453152027f;
  series = series * t + 1.421413741f;
  series = series * t - 0.284496736f;
  series = series * t + 0.254829592f;
  const Floats tail = 0.5f * series * t * power;  // 1 − Φ(|x|)
  return {x < 0.0f ? tail : 1.0f - tail, inverse_sqrt_two_pi * power};
}

// tanh form: u = √(2/π) (x + 0.044715 x³), tanh u = 1 − 2 / (1 + e^2u)
constexpr float sqrt_two_over_pi = 0.79788456f;
constexpr float cubic = 0.044715f;

Floats tanh_of_gelu(Floats x) {
  const Floats u = sqrt_two_over_pi * x * (1.0f + cubic * x * x);
  return 1.0f - 2.0f / (1.0f + exponential(2.0f * u));
}

struct Gelu {
  static Floats value(Floats x) { return x * normal(x).cumulative; }
  static Floats slope(Floats x) {
    const Normal n = normal(x);
    return n.cumulative + x * n.density;
  }
};

struct GeluNew {
  static Floats value(Floats x) { return 0.5f * x * (1.0f + tanh_of_gelu(x)); }
  static Floats slope(Floats x) {
    const Floats t = tanh_of_gelu(x);
    const Floats u_slope = sqrt_two_over_pi * (1.0f + 3 * cubic * x * x);
    return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * u_slope;
  }
};

struct Relu {
  // What is no number stays none.
  static Floats value(Floats x) { return x < 0.0f ? Floats{} : x; }
  static Floats slope(Floats x) { return x > 0.0f ? broadcast(1.0f) : Floats{}; }
};

struct Silu {
  static Floats value(Floats x) { return x / (1.0f + exponential(-x)); }
  static Floats slope(Floats x) {
    const Floats share = 1.0f / (1.0f + exponential(-x));
    return share * (1.0f + x * (1.0f - share));
  }
};

template <typename Work>
void with_function(Activation activation, const Work& work) {
  switch (activation) {
    case Activation::gelu:
      return work(Gelu());
    case Activation::gelu_new:
      return work(GeluNew());
    case Activation::relu:
      return work(Relu());
    case Activation::silu:
      return work(Silu());
  }
}

}  // namespace
}  // namespace roformer::product
