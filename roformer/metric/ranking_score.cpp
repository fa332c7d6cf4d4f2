#include "roformer/metric/ranking_score.h"

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
}

// From 1.
std::int64_t rank_of_best(std::span<const double> grades, std::span<const double> scores) {
  const double best = *std::max_element(grades.begin(), grades.end());
  double highest = -INFINITY;
  for (std::size_t row = 0; row < grades.size(); ++row)
    if (grades[row] == best) highest = std::max(highest, scores[row]);
  std::int64_t rank = 1;
  for (std::size_t row = 0; row < grades.size(); ++row)
    rank += grades[row] < best && scores[row] >= highest;
  return rank;
}

}  // namespace

void RankingScore::add(std::span<const double> grades, std::span<const double> scores) {
  base::require(grades.size() == scores.size() && all_finite(grades) && all_finite(scores),
                "[metric] expected as many finite scores as grades but got {} and {}",
                scores.size(), grades.size());
  std::int64_t pairs = 0;
  for (std::size_t better = 0; better < grades.size(); ++better) {
    for (std::size_t worse = 0; worse < grades.size(); ++worse) {
      if (grades[better] <= grades[worse]) continue;
      ++pairs;
      right_ += scores[better] > scores[worse];
    }
  }
  base::require(pairs > 0, "[metric] expected rows of different grades but got {} alike",
                grades.size());
  pairs_ += pairs;
  ++queries_;
  reciprocal_ranks_ += 1.0 / static_cast<double>(rank_of_best(grades, scores));
}

double RankingScore::pair_accuracy() const {
  return pairs_ == 0 ? 0 : static_cast<double>(right_) / static_cast<double>(pairs_);
}

double RankingScore::mean_reciprocal_rank() const {
  return queries_ == 0 ? 0 : reciprocal_ranks_ / static_cast<double>(queries_);
}

}  // namespace roformer::metric
