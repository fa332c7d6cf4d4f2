// Softmax attention of one head of one sequence, forward and backward, in float32.
// Included by files compiled per instruction set: no torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/attention/head_matrix.h"
#include "roformer/base/isa.h"

namespace roformer::attention {

/// T_q queries against T_k keys. Row r of the dropout mask is row `first_mask_row + r` of
/// `dropout_seed`.
struct AttentionShape {
  std::int64_t num_queries;
  std::int64_t num_keys;
  std::int64_t head_size;
  std::int64_t prefix;  // keys that every query sees
  std::int64_t offset;  // query i sees keys 0 .. offset + i, if these are more
  float scale;          // factor of q · k
  float dropout;
  std::uint64_t dropout_seed;
  std::uint64_t first_mask_row;
};

/// O = dropout(softmax(scale Q Kᵀ)) V for queries begin .. end − 1; log_sum_exp[i] of the scaled
/// scores is kept for the gradient.
template <base::Isa isa>
void attend(const AttentionShape& shape, HeadMatrix<const float> q, HeadMatrix<const float> k,
            HeadMatrix<const float> v, std::int64_t begin, std::int64_t end, HeadMatrix<float> out,
            float* log_sum_exp, float* scratch);

/// Floats of scratch that `attend` needs.
template <base::Isa isa>
std::int64_t attend_scratch(const AttentionShape& shape);

/// The gradients of Q, K and V (overwritten) from that of O.
template <base::Isa isa>
void attend_backward(const AttentionShape& shape, HeadMatrix<const float> q,
                     HeadMatrix<const float> k, HeadMatrix<const float> v,
                     HeadMatrix<const float> out, const float* log_sum_exp,
                     HeadMatrix<const float> out_gradient, HeadMatrix<float> q_gradient,
                     HeadMatrix<float> k_gradient, HeadMatrix<float> v_gradient, float* scratch);

/// Floats of scratch that `attend_backward` needs.
template <base::Isa isa>
std::int64_t attend_backward_scratch(const AttentionShape& shape);

}  // namespace roformer::attention
