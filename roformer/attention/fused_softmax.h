// The kernels of softmax attention on all threads: which pieces of which heads are computed where.
// float32 on the CPU alone; what the operator (packed_attention.h) makes of it.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "roformer/attention/packed_attention.h"
#include "roformer/attention/pair_terms.h"
#include "roformer/attention/span.h"

namespace roformer::attention {

/// Queries, keys and values, (N, H, D) each.
struct AttentionInputs {
  torch::Tensor q, k, v;
};

struct SoftmaxResult {
  torch::Tensor out;          // (N_q, H, D)
  torch::Tensor log_sum_exp;  // (H, N_q)
};

/// Forward; rows of q, k and v are dense.
SoftmaxResult fused_softmax(const AttentionInputs& inputs, const std::vector<Span>& spans,
                            const AttentionOptions& options, const PlacedTerms& terms);

/// The gradients of q, k and v are written to `gradients` for the rows that the spans name; those of
/// the terms that `wanted` marks are returned, the others undefined. Spans have keys of their own.
PairTerms fused_softmax_backward(const AttentionInputs& inputs, const SoftmaxResult& result,
                                 const torch::Tensor& out_gradient,
                                 const AttentionInputs& gradients, const std::vector<Span>& spans,
                                 const AttentionOptions& options, const PlacedTerms& terms,
                                 const std::array<bool, PairTerms::count>& wanted);

}  // namespace roformer::attention
