// Softmax attention in LibTorch's operators, group by group of neighbouring sequences of equal
// length: what the fused operator must equal, and what runs where it cannot (other types and
// devices, encodings that act on scores or values, requests for the weights).
#pragma once
#include <vector>

#include "roformer/attention/attention_options.h"

namespace roformer::attention {

/// q: (N_q, H, D), k: (N_k, H, D), v: (N_k, H, D_v). Result (N_q, H, D_v); zero for queries that
/// see no key. `weights`, if given, receives one (H, T_q, T_k) tensor a span, after softmax, before
/// dropout.
torch::Tensor composed_attention(const torch::Tensor& q, const torch::Tensor& k,
                                 const torch::Tensor& v, const std::vector<Span>& spans,
                                 const AttentionOptions& options, const AttentionTerms& terms = {},
                                 std::vector<torch::Tensor>* weights = nullptr);

}  // namespace roformer::attention
