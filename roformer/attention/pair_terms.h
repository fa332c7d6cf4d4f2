// What position encodings add to softmax attention (Eq. 5 to 10) where the positions of each
// sequence follow each other: numbers and vectors by distance, and rows beside queries and keys. So
// the fused operator takes them without a tensor of all pairs.
#pragma once
#include <torch/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "roformer/attention/span.h"

namespace roformer::attention {

/// Where the positions of a span begin.
struct SpanPlace {
  std::int64_t first_query = 0, first_key = 0;
};

/// Of the queries and the keys of each span, which are rows of one packed batch with the positions
/// `ids` (N) int64 on the CPU; nothing unless all of them ascend by one.
std::optional<std::vector<SpanPlace>> consecutive_places(const torch::Tensor& ids,
                                                         const std::vector<Span>& spans);

/// The distances n − m of all pairs of the spans: from `least`, `count` of them.
struct DistanceRange {
  std::int64_t least = 0, count = 0;
};
DistanceRange distance_range(const std::vector<Span>& spans, const std::vector<SpanPlace>& places);

/// Of query i at m and key j at n, whose distance n − m is number r = n − m − least of R:
///   score(i, j) = scale · ((q_i + s) · k_j + (q_i + s) · a_r + k_j · b_r + x_m · y_n) + c_r
///   output(i) = Σ_j weight(i, j) (v_j + d_r)
/// Undefined tensors add nothing. H or 1 tables: one a head, or one for all.
struct PairTerms {
  torch::Tensor numbers;     // c (H or 1, R)
  torch::Tensor queries;     // a (H or 1, R, D)
  torch::Tensor keys;        // b (H or 1, R, D)
  torch::Tensor values;      // d (H or 1, R, D)
  torch::Tensor shift;       // s (H, D)
  torch::Tensor query_rows;  // x (H, P, E), a row a position
  torch::Tensor key_rows;    // y (H, P, E)

  static constexpr std::size_t count = 7;
  std::array<torch::Tensor, count> tensors() const {
    return {numbers, queries, keys, values, shift, query_rows, key_rows};
  }
  static PairTerms of(const std::array<torch::Tensor, count>& t) {
    return {t[0], t[1], t[2], t[3], t[4], t[5], t[6]};
  }
};

/// The same with the places of the spans that they are meant for.
struct PlacedTerms {
  PairTerms terms;
  std::vector<SpanPlace> places;  // one a span; none where nothing is added
  std::int64_t least = 0;         // the distance of row 0

  bool empty() const;
};

/// Throws Error unless the terms are of `heads` heads of `size` numbers, and reach all distances and
/// positions of the spans.
void check_terms(const PlacedTerms& terms, const std::vector<Span>& spans, std::int64_t heads,
                 std::int64_t size);

}  // namespace roformer::attention
