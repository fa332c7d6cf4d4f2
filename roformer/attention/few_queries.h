// Softmax attention without a gradient where a sequence has few queries: a step of decoding, whose
// queries are one a sequence, or one a beam on the keys of their sentence.
#pragma once
#include <vector>

#include "roformer/attention/attention_options.h"

namespace roformer::attention {

/// Whether each span has so few queries that packing its keys would cost more than it saves.
bool has_few_queries(const std::vector<Span>& spans);

/// As packed_attention, on the CPU in float32, without dropout or gradient; rows of q, k and v are
/// dense.
torch::Tensor few_queries_attention(const torch::Tensor& q, const torch::Tensor& k,
                                    const torch::Tensor& v, const std::vector<Span>& spans,
                                    double scale);

}  // namespace roformer::attention
