// Softmax attention in LibTorch's operators, group by group of neighbouring sequences of equal
// length: what the fused operator must equal, and what runs where it cannot (other types and
// devices, encodings that act on scores or values, requests for the weights).
#pragma once
#include "roformer/attention/attention_options.h"

namespace roformer::attention {

/// q: (N_q, H, D), k: (N_k, H, D), v: (N_k, H, D_v); cu_*: (B + 1) int32 on the CPU; positions
/// (N_q) and (N_k), used by `terms` only and may be undefined without them. Result (N_q, H, D_v).
/// `weights`, if given, receives one (H, T_q, T_k) tensor a sequence, after softmax, before
/// dropout.
torch::Tensor composed_attention(const torch::Tensor& q, const torch::Tensor& k,
                                 const torch::Tensor& v, const torch::Tensor& cu_q,
                                 const torch::Tensor& cu_k, const AttentionOptions& options,
                                 const AttentionTerms& terms = {},
                                 const torch::Tensor& q_positions = {},
                                 const torch::Tensor& k_positions = {},
                                 std::vector<torch::Tensor>* weights = nullptr);

/// The offsets as a vector, checked: ascending from 0 to `num_tokens`. Throws Error.
std::vector<std::int64_t> checked_offsets(const torch::Tensor& cu_seqlens, std::int64_t num_tokens);

}  // namespace roformer::attention
