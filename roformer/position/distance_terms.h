// What an encoding adds to attention by distance (Eq. 5 to 10), as tables: numbers, and vectors that
// queries, keys or weights meet. Attention takes them into its kernel where the positions of a
// sequence follow each other; here they become the scores of all pairs, for any positions.
#pragma once
#include <torch/types.h>

#include "roformer/position/distances.h"

namespace roformer::position {

/// Vectors (1 or H, rows, D), and the row of each of R distances; undefined `rows`: row r is that of
/// distance r.
struct DistanceTable {
  torch::Tensor vectors, rows;

  bool defined() const { return vectors.defined(); }
  /// One vector a distance, (1 or H, R, D).
  torch::Tensor by_distance() const;
};

/// The rows of a table that occur, the others left away: `table` counts them in its last dimension
/// but one.
DistanceTable used_part(const torch::Tensor& table, const torch::Tensor& rows);

/// Of query i at position m and key j at n, whose distance n − m is number r of R:
///   score(i, j) = ((q_i + s) · k_j + (q_i + s) · a_r + k_j · b_r + x_m · y_n) / divisor + c_r
///   output(i) = Σ_j weight(i, j) (v_j + d_r)
/// Undefined tensors add nothing.
struct DistanceTerms {
  torch::Tensor numbers = {};                    // c (1 or H, R)
  DistanceTable queries = {};                    // a
  DistanceTable keys = {};                       // b
  DistanceTable values = {};                     // d
  torch::Tensor shift = {};                      // s (H, D)
  torch::Tensor query_rows = {}, key_rows = {};  // x and y (H, P, E), a row a position
};

/// All of it but q · k / divisor, for q (G, H, T_q, D), k (G, H, T_k, D) at positions (G, T_q) and
/// (G, T_k), whose distances the terms are of: broadcasts to (G, H, T_q, T_k).
torch::Tensor score_bias_of(const DistanceTerms& terms, const Distances& distances,
                            const torch::Tensor& q, const torch::Tensor& k,
                            const torch::Tensor& q_positions, const torch::Tensor& k_positions,
                            double divisor);

/// Σ_j weight(i, j) d_r from weights (G, H, T_q, T_k): (G, H, T_q, D).
torch::Tensor value_term_of(const DistanceTerms& terms, const Distances& distances,
                            const torch::Tensor& weights);

}  // namespace roformer::position
