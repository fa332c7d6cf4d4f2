// Softmax attention over a packed batch as one operator with a gradient: Eq. 2 without a padded
// token anywhere.
//
// Registered as torch.ops.roformer.packed_self_attention. On the CPU in float32 it is our fused
// kernel; other types and devices take the composed form of composed_attention.h.
#pragma once
#include <vector>

#include "roformer/attention/attention_options.h"

namespace roformer::attention {

/// qkv: (N, 3, H, D); result (N, H, D). Spans may be empty; queries that see no key give zero. Throws
/// Error for spans that share keys where a gradient is asked for.
torch::Tensor packed_self_attention(const torch::Tensor& qkv, const std::vector<Span>& spans,
                                    const AttentionOptions& options);

/// q: (N_q, H, D), k and v: (N_k, H, D), of any strides between rows; result (N_q, H, D). Spans may
/// share keys only where no gradient is asked for, else it throws Error.
torch::Tensor packed_attention(const torch::Tensor& q, const torch::Tensor& k,
                               const torch::Tensor& v, const std::vector<Span>& spans,
                               const AttentionOptions& options);

}  // namespace roformer::attention
