// Activation functions and their derivatives on floats in memory. No torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/base/isa.h"

namespace roformer::product {

/// gelu: x Φ(x) with the exact Φ; gelu_new: the tanh form (Hendrycks & Gimpel 2016); relu: max(x,
/// 0); silu: x / (1 + e^−x), also called swish (OPUS-MT).
enum class Activation { gelu, gelu_new, relu, silu };

/// y[i] = f(x[i]); y may be x.
template <base::Isa isa>
void activate(Activation activation, const float* x, float* y, std::int64_t count);

/// x_gradient[i] = f'(x[i]) y_gradient[i]; x_gradient may be y_gradient.
template <base::Isa isa>
void activate_gradient(Activation activation, const float* x, const float* y_gradient,
                       float* x_gradient, std::int64_t count);

}  // namespace roformer::product
