// What an encoding adds to one head of one sequence, as the kernels see it: plain pointers. Pair
// (i, j) of query and key has row `first_row + j − i` of whatever is by distance.
// Included by files compiled per instruction set: no torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/attention/head_matrix.h"

namespace roformer::attention {

/// Vectors by distance or by position, dense rows, and where the gradients are summed up: nullptr
/// where none is asked for. No rows at all: vectors is nullptr.
struct TermTable {
  const float* vectors = nullptr;
  float* gradient = nullptr;
};

/// One head's; see PairTerms (attention/pair_terms.h) for what each is.
struct HeadTerms {
  TermTable numbers;  // (R)
  TermTable queries;  // (R, D), for queries
  TermTable keys;     // (R, D), for keys
  TermTable values;   // (R, D), added to values
  TermTable shift;    // (D), added to queries
  // (P, E), what stands beside queries and keys: those of query 0 and of key 0 come first.
  TermTable query_rows, key_rows;
  std::int64_t row_size = 0;  // E
  std::int64_t first_row = 0;

  bool act_on_scores() const {
    return numbers.vectors != nullptr || queries.vectors != nullptr || keys.vectors != nullptr;
  }
};

}  // namespace roformer::attention
