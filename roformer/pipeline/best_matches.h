// The vectors of many that are most alike to one: exact, by blocks of a matrix product.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "roformer/pipeline/vector_similarity.h"

namespace roformer::pipeline {

/// One of the candidates and how alike it is.
struct Match {
  std::int64_t index = 0;  // from 0
  float score = 0;
  friend bool operator==(const Match&, const Match&) = default;
};

/// The more alike first, of equal ones the first of the candidates.
bool comes_before(const Match& a, const Match& b);

class BestMatches {
 public:
  /// `candidates` (M, width) float32 on the CPU.
  BestMatches(const torch::Tensor& candidates, SimilarityFunction function);

  std::int64_t num_candidates() const { return candidates_.size(0); }

  /// Of each query (N, width) the `count` most alike, or all if there are fewer, the most alike
  /// first and of equal ones the first of the candidates. Where a score is not finite, that match
  /// alone. Throws Error for vectors of another width.
  std::vector<std::vector<Match>> operator()(const torch::Tensor& queries,
                                             std::int64_t count) const;

 private:
  torch::Tensor candidates_;
  SimilarityFunction function_;
};

}  // namespace roformer::pipeline
