// Softmax attention of a few queries against many keys, as decoding asks for it: keys and values
// are read once, in the order in which they stand in memory, and nothing is packed.
// Included by files compiled per instruction set: no torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/attention/head_matrix.h"
#include "roformer/base/isa.h"

namespace roformer::attention {

/// T_q queries against T_k keys, at least one, in `heads` heads that stand side by side in a row.
struct FewQueriesShape {
  std::int64_t num_queries, num_keys, heads, head_size;
  std::int64_t prefix;  // keys that every query sees
  std::int64_t offset;  // query i sees keys 0 .. offset + i, if these are more
  float scale;          // factor of q · k
};

/// O = softmax(scale Q Kᵀ) V, head by head; row t of a matrix holds all heads.
template <base::Isa isa>
void attend_few(const FewQueriesShape& shape, HeadMatrix<const float> q, HeadMatrix<const float> k,
                HeadMatrix<const float> v, HeadMatrix<float> out, float* scratch);

/// Floats of scratch that `attend_few` needs.
template <base::Isa isa>
std::int64_t attend_few_scratch(const FewQueriesShape& shape);

}  // namespace roformer::attention
