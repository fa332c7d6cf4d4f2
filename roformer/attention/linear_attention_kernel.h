// Causal linear attention of one head of one sequence, forward and backward, in float32: Eq. 18 and
// 19 with n ≤ m. Included by files compiled per instruction set: no torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/attention/head_matrix.h"
#include "roformer/base/isa.h"

namespace roformer::attention {

/// T tokens with F features and values of size D.
struct LinearShape {
  std::int64_t length;
  std::int64_t features;
  std::int64_t size;
  float epsilon;    // added to the denominator
  bool normalizes;  // false: the denominator is 1, though its sums are kept for whoever needs them
};

/// Feature-mapped queries and keys (T, F) of numerator and denominator, values (T, D), or their
/// gradients (overwritten; those of the denominator are not written if nothing is normalised).
template <typename Scalar>
struct LinearHead {
  HeadMatrix<Scalar> q, k, q_norm, k_norm, v;
};

/// The sums over the tokens before the first: numerator (F, D), denominator (F). Read and replaced.
struct LinearSums {
  float* numerator;
  float* denominator;
};

/// out (T, D), and the denominators (T) with ε, which the gradient needs.
template <base::Isa isa>
void attend_linear(const LinearShape& shape, const LinearHead<const float>& head,
                   const LinearSums& sums, HeadMatrix<float> out, float* denominators,
                   float* scratch);

/// Floats of scratch that `attend_linear` needs.
template <base::Isa isa>
std::int64_t attend_linear_scratch(const LinearShape& shape);

/// The two halves of the gradient, forward over the tokens for queries and backward for keys and
/// values. Neither needs the other, so that one head's are two tasks.
enum class GradientPass { keys_and_values, queries };

/// The gradients from that of `out`, of a sequence that begins with empty sums.
template <base::Isa isa>
void attend_linear_backward(GradientPass pass, const LinearShape& shape,
                            const LinearHead<const float>& head, HeadMatrix<const float> out,
                            const float* denominators, HeadMatrix<const float> out_gradient,
                            const LinearHead<float>& gradient, float* scratch);

/// Floats of scratch that `attend_linear_backward` needs.
template <base::Isa isa>
std::int64_t attend_linear_backward_scratch(const LinearShape& shape);

}  // namespace roformer::attention
