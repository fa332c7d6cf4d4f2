// The distances n − m of a group's queries and keys, and the ways from one number a distance to one
// number a pair. Never a (T_q, T_k, D) tensor: products with a table come first, (…, T, R), and a
// pair then takes the one of its distance. Where positions are consecutive that is a shift of rows
// ("skewing", Huang et al. 2018, section 3.4.1), elsewhere a gather.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace roformer::position {

/// The distances of one group; computed once a call of a hook.
class Distances {
 public:
  /// Positions (G, T_q) and (G, T_k) int64.
  Distances(const torch::Tensor& q_positions, const torch::Tensor& k_positions);

  /// (R) int64, ascending: every n − m that occurs, and maybe others between them.
  const torch::Tensor& values() const { return values_; }

  /// numbers (H, R) → (1 or G, H, T_q, T_k); 1 where all sequences have the same distances.
  torch::Tensor spread(const torch::Tensor& numbers) const;
  /// products (G, H, T_q, R) of queries with a table's rows, a row a distance → (G, H, T_q, T_k).
  torch::Tensor of_queries(const torch::Tensor& products) const;
  /// products (G, H, T_k, R) of keys → (G, H, T_q, T_k).
  torch::Tensor of_keys(const torch::Tensor& products) const;

  /// rows (R) int64, the row of a table for each distance → (1 or G, T_q, T_k), for each pair.
  torch::Tensor rows_of_pairs(const torch::Tensor& rows) const;

 private:
  torch::Tensor pairs() const;  // (1 or G, T_q, T_k): where in values() a pair's distance stands

  torch::Tensor values_;
  torch::Tensor pairs_;  // undefined where positions are consecutive
  std::int64_t num_queries_, num_keys_;
};

/// Which rows of a table are looked at.
struct RowRange {
  std::int64_t first = 0, count = 0;
};
/// From the least to the largest of rows (R) int64.
RowRange range_of(const torch::Tensor& rows);

/// How many rows a table has, and each pair's among them.
struct TableRows {
  std::int64_t count = 0;
  torch::Tensor pairs;  // (1 or G, T_q, T_k) int64
};

/// products (G, H, T_q, count) of queries with the rows → (G, H, T_q, T_k).
torch::Tensor take_of_queries(const torch::Tensor& products, const TableRows& rows);
/// products (G, H, T_k, count) of keys with the rows → (G, H, T_q, T_k).
torch::Tensor take_of_keys(const torch::Tensor& products, const TableRows& rows);
/// weights (G, H, T_q, T_k), summed over the keys that share a row → (G, H, T_q, count).
torch::Tensor sum_by_row(const torch::Tensor& weights, const TableRows& rows);

/// positions (G, T), or their first row (1, T) if all rows are equal.
torch::Tensor without_repetition(const torch::Tensor& positions);

/// Buckets: small distances alone, large ones by their logarithm.
/// T5's buckets (Raffel et al. 2020; its `_relative_position_bucket`) of n − m (R) int64.
/// two-sided: half of the buckets for n ≤ m, half, from buckets / 2 on, for n > m.
torch::Tensor t5_two_sided_buckets(const torch::Tensor& n_minus_m, std::int64_t buckets,
                                   std::int64_t max_distance);
/// One-sided: n > m falls into bucket 0.
torch::Tensor t5_causal_buckets(const torch::Tensor& n_minus_m, std::int64_t buckets,
                                std::int64_t max_distance);

/// DeBERTa v2's signed buckets (He et al. 2021; `make_log_bucket_position` of transformers) of
/// m − n (R): unchanged up to buckets / 2, logarithmic up to max_distance − 1.
torch::Tensor deberta_log_buckets(const torch::Tensor& m_minus_n, std::int64_t buckets,
                                  std::int64_t max_distance);

}  // namespace roformer::position
