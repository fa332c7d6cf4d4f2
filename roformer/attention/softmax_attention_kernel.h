// Softmax attention of one head of one sequence, forward and backward, in float32.
// Included by files compiled per instruction set: no torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/attention/head_matrix.h"
#include "roformer/attention/pair_terms_kernel.h"
#include "roformer/base/isa.h"
#include "roformer/position/pair_product_kind.h"

namespace roformer::attention {

/// T_q queries against T_k keys. Row r of the dropout mask is row `first_mask_row + r` of
/// `dropout_seed`.
struct AttentionShape {
  std::int64_t num_queries;
  std::int64_t num_keys;
  std::int64_t head_size;
  std::int64_t prefix;  // keys that every query sees
  std::int64_t offset;  // query i sees keys 0 .. offset + i, if these are more
  float scale;          // factor of the product
  float dropout;
  std::uint64_t dropout_seed;
  std::uint64_t first_mask_row;
  std::int64_t row_size = 0;   // E of the terms' rows beside queries and keys
  bool has_distances = false;  // whether the terms have vectors by distance
  position::PairProduct product = position::PairProduct::real;  // without terms if it is not real

  /// Rows of products of real numbers that a query has.
  std::int64_t parts() const { return product == position::PairProduct::real ? 1 : 2; }
};

/// A range of queries or of keys.
struct Range {
  std::int64_t begin, end;
};

/// O = dropout(softmax(scale Q Kᵀ + …)) (V + …), moduli in the place of Q Kᵀ if asked for, for the
/// queries of the range, "…" being the terms; log_sum_exp[i] of the scores is kept for the gradient.
template <base::Isa isa>
void attend(const AttentionShape& shape, const HeadTerms& terms, HeadMatrix<const float> q,
            HeadMatrix<const float> k, HeadMatrix<const float> v, Range queries,
            HeadMatrix<float> out, float* log_sum_exp, float* scratch);

/// Floats of scratch that `attend` needs.
template <base::Isa isa>
std::int64_t attend_scratch(const AttentionShape& shape);

/// What the gradient is made of; out, log_sum_exp and out_gradient of all queries.
struct AttentionResult {
  HeadMatrix<const float> out;
  const float* log_sum_exp;
  HeadMatrix<const float> out_gradient;
};

/// The gradients of K and V of the keys of the range (overwritten), what these keys give to the
/// gradient of Q (overwritten for all queries) and to the gradients of the terms (added).
template <base::Isa isa>
void attend_backward(const AttentionShape& shape, const HeadTerms& terms, HeadMatrix<const float> q,
                     HeadMatrix<const float> k, HeadMatrix<const float> v, Range keys,
                     const AttentionResult& result, HeadMatrix<float> q_gradient,
                     HeadMatrix<float> k_gradient, HeadMatrix<float> v_gradient, float* scratch);

/// Floats of scratch that `attend_backward` needs for a range of so many keys.
template <base::Isa isa>
std::int64_t attend_backward_scratch(const AttentionShape& shape, std::int64_t keys);

/// The distance between rows of a gradient of terms whose rows have `size` numbers: whole vectors of
/// any instruction set.
constexpr std::int64_t term_gradient_stride(std::int64_t size) {
  return (size + 15) / 16 * 16;
}

}  // namespace roformer::attention
