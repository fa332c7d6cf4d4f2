// Softmax attention over a packed batch as one operator with a gradient: Eq. 2 without a padded
// token anywhere.
//
// Registered as torch.ops.roformer.packed_self_attention. On the CPU in float32 it is our fused
// kernel; other types and devices take the composed form of composed_attention.h.
#pragma once
#include "roformer/attention/attention_options.h"

namespace roformer::attention {

/// qkv: (N, 3, H, D), cu_seqlens: (B + 1) int32 on the CPU; result (N, H, D). Sequences may be
/// empty. Throws Error for offsets that do not ascend from 0 to N.
torch::Tensor packed_self_attention(const torch::Tensor& qkv, const torch::Tensor& cu_seqlens,
                                    const AttentionOptions& options);

}  // namespace roformer::attention
