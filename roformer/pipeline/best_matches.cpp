#include "roformer/pipeline/best_matches.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "roformer/base/error.h"

namespace roformer::pipeline {
namespace {

// The best of one query so far: at most twice as many as are wanted.
class Best {
 public:
  explicit Best(std::int64_t wanted) : wanted_(static_cast<std::size_t>(wanted)) {}

  /// Scores of the candidates `first`, `first` + 1, ….
  void take(const float* scores, std::int64_t count, std::int64_t first) {
    if (is_bad_) return;
    for (std::int64_t i = 0; i < count; ++i) {
      if (!std::isfinite(scores[i])) {
        is_bad_ = true;
        matches_ = {{first + i, scores[i]}};
        return;
      }
      // Candidates come in their order: one that equals the last wanted so far comes behind it.
      if (scores[i] <= least_) continue;
      matches_.push_back({first + i, scores[i]});
      if (matches_.size() == 2 * wanted_) leave_wanted();
    }
  }

  std::vector<Match> finish() {
    std::sort(matches_.begin(), matches_.end(), comes_before);
    if (matches_.size() > wanted_) matches_.resize(wanted_);
    return std::move(matches_);
  }

 private:
  void leave_wanted() {
    const auto last = matches_.begin() + static_cast<std::ptrdiff_t>(wanted_) - 1;
    std::nth_element(matches_.begin(), last, matches_.end(), comes_before);
    least_ = last->score;
    matches_.resize(wanted_);
  }

  std::size_t wanted_;
  std::vector<Match> matches_;
  float least_ = -std::numeric_limits<float>::infinity();
  bool is_bad_ = false;
};

}  // namespace

bool comes_before(const Match& a, const Match& b) {
  return a.score != b.score ? a.score > b.score : a.index < b.index;
}

BestMatches::BestMatches(const torch::Tensor& candidates, SimilarityFunction function)
    : candidates_(prepared_vectors(candidates, function)), function_(function) {}

std::vector<std::vector<Match>> BestMatches::operator()(const torch::Tensor& queries,
                                                        std::int64_t count) const {
  const std::int64_t rows = queries.size(0), all = num_candidates();
  base::require(queries.size(1) == candidates_.size(1),
                "[pipeline] expected vectors of {} numbers but got {}", candidates_.size(1),
                queries.size(1));
  const std::int64_t wanted = std::clamp<std::int64_t>(count, 0, all);
  std::vector<Best> best(static_cast<std::size_t>(rows), Best(wanted));
  constexpr std::int64_t scores_at_once = 1 << 22;  // 16 MB
  const std::int64_t block =
      std::max<std::int64_t>(1, scores_at_once / std::max<std::int64_t>(1, rows));
  const torch::Tensor prepared = prepared_vectors(queries, function_);
  for (std::int64_t first = 0; first < all && wanted > 0; first += block) {
    const torch::Tensor scores =
        similarities(prepared, candidates_.slice(0, first, first + block), function_).contiguous();
    const std::int64_t size = scores.size(1);
    at::parallel_for(0, rows, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        best[static_cast<std::size_t>(i)].take(scores.const_data_ptr<float>() + i * size, size,
                                               first);
    });
  }
  std::vector<std::vector<Match>> matches;
  for (Best& one : best) matches.push_back(one.finish());
  return matches;
}

}  // namespace roformer::pipeline
