// How well scores order the rows of queries.
#pragma once
#include <cstdint>
#include <span>

namespace roformer::metric {

/// Sums over queries.
class RankingScore {
 public:
  /// Adds a query: how good its rows are and what they were given. Throws Error unless there are as
  /// many of both, all finite, and two rows of different grades.
  void add(std::span<const double> grades, std::span<const double> scores);

  std::int64_t queries() const { return queries_; }
  /// The share of the pairs of rows of different grades whose better one has the larger score: a
  /// tie is wrong. The mean over pairs; 0 of none.
  double pair_accuracy() const;
  /// The mean over queries of 1 / the rank of the best row: behind all rows that are worse and have
  /// no smaller score. Of several best rows the first.
  double mean_reciprocal_rank() const;

 private:
  std::int64_t queries_ = 0, pairs_ = 0, right_ = 0;
  double reciprocal_ranks_ = 0;
};

}  // namespace roformer::metric
