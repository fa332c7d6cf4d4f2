// `floater`'s curve of positions: p(t) with dp/dt = h(t, p; w), t_i = i Δ (Liu et al. 2020, Eq. 5).
//   h(t, p) = W2 [relu(W1 [p; t] + b1); t] + b2, the time last (xuanqing94/FLOATER)
// Integrated by the classical Runge-Kutta rule with steps of Δ / 5. Many curves of one h are rows
// of one matrix. Half types are integrated in float32, and the curve is float32 then: a step of
// theirs is too small to change them.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace roformer::position {

/// h's parameters.
struct Flow {
  torch::Tensor first_weight, first_bias;    // (d, d + 1), (d)
  torch::Tensor second_weight, second_bias;  // (d, d + 1), (d)
};

/// p(t_first), p (R, d) → p at the next `count` positions, (R, count, d); without gradient.
torch::Tensor continue_trajectory(const Flow& flow, const torch::Tensor& p, std::int64_t first,
                                  std::int64_t count, double step);

/// p(0) (R, d) → p at positions 0 .. length − 1, (R, length, d). With gradients for h and p(0): the
/// backward pass keeps the curve alone and computes each position's inner steps again.
torch::Tensor integrate_trajectory(const Flow& flow, const torch::Tensor& initial,
                                   std::int64_t length, double step);

}  // namespace roformer::position
