// Causal linear attention of one head of one sequence, forward and backward, in float32: Eq. 18 and
// 19 with n ≤ m. Included by files compiled per instruction set: no torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/attention/head_matrix.h"
#include "roformer/base/isa.h"

namespace roformer::attention {

/// Tokens whose pairs are computed together: pieces of a sequence are best a multiple of it.
constexpr std::int64_t linear_chunk = 72;

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

/// The sums with those of the keys and values added, nothing else.
template <base::Isa isa>
void sum_linear(const LinearShape& shape, const LinearHead<const float>& head,
                const LinearSums& sums, float* scratch);

/// out (T, D), and the denominators (T) with ε, which the gradient needs.
template <base::Isa isa>
void attend_linear(const LinearShape& shape, const LinearHead<const float>& head,
                   const LinearSums& sums, HeadMatrix<float> out, float* denominators,
                   float* scratch);

/// Floats of scratch that `attend_linear` and `sum_linear` need.
template <base::Isa isa>
std::int64_t attend_linear_scratch(const LinearShape& shape);

/// The two halves of the gradient, forward over the tokens for queries and backward for keys and
/// values. Neither needs the other of the same tokens, so that they are two tasks.
enum class GradientPass { keys_and_values, queries };

/// The sums over the tokens that these are a piece of; null pointers: there are none.
/// Queries begin with those of `attend_linear` over the tokens before, and leave in `own` what the
/// keys of the tokens before begin with: Σ q dᵀ (F, D) over these, d the gradient of the numerator,
/// and Σ q' times the gradient of the denominator (F).
struct GradientSums {
  LinearSums begin;
  LinearSums own;
};

/// The gradients from that of `out`.
template <base::Isa isa>
void attend_linear_backward(GradientPass pass, const LinearShape& shape,
                            const LinearHead<const float>& head, HeadMatrix<const float> out,
                            const float* denominators, HeadMatrix<const float> out_gradient,
                            const LinearHead<float>& gradient, const GradientSums& sums,
                            float* scratch);

/// Floats of scratch that `attend_linear_backward` needs.
template <base::Isa isa>
std::int64_t attend_linear_backward_scratch(const LinearShape& shape);

}  // namespace roformer::attention
