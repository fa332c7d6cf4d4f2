// `tupe` (Ke et al. 2020; Eq. 9 of the paper, which attributes its projections to Raffel et al. and
// prints no scale and no [CLS]): words meet words and positions meet positions, each with products
// of their own.
//   score_mn = (q_m · k_n + (U_q p̂_m) · (U_k p̂_n)) / sqrt(2D) + b[bucket(n − m)]
// p̂ is LayerNorm(p), position i has row i + 1 of p, b (T5's two-sided buckets, 32 up to 128) is left
// out in TUPE-A (tupe_relative = false). Then [CLS], the token at position 0, is untied: all behind
// q_m · k_n becomes θ1 in row 0, else θ2 in column 0.
//   code (guolinke/TUPE): θ1 = (U_q p̂_0) · (U_k p̂_0) / sqrt(2D) + b[16], θ2 the same of row 1 and
//                         b[32], rows counted in p, so that row 1 is position 0's own;
//   publication:          θ1, θ2 are free numbers of a head.
// θ1 is the same for all keys of row 0, so softmax does not see it and it never learns.
// Parameters, shared by all layers: table p (P + 1, d), LayerNorm.{weight, bias},
// {query, key}.{weight (d, d), bias}, buckets b (33, H), in the publication's form (32, H) and
// first_row θ1, first_column θ2 (H). P = max_position_embeddings.
#pragma once
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "roformer/position/position_encoding.h"

namespace roformer::position {

class TupeEncoding : public PositionEncoding {
 public:
  /// Throws Error without max_position_embeddings.
  explicit TupeEncoding(const EncodingOptions& options);

  /// Throws Error for a position outside the table.
  Positions prepare(const torch::Tensor& position_ids, torch::ScalarType type) override;
  torch::Tensor score_bias(const ScoreInputs& inputs) const override;
  bool acts_on_scores() const override { return true; }
  double score_divisor(std::int64_t head_size) const override;

 private:
  torch::Tensor projected(const torch::nn::Linear& product, const torch::Tensor& rows) const;
  torch::Tensor untied(std::int64_t row, std::int64_t bucket) const;

  std::int64_t num_heads_;
  bool thetas_are_free_;
  torch::Tensor table_, buckets_, first_row_, first_column_;
  torch::nn::LayerNorm norm_{nullptr};
  torch::nn::Linear query_{nullptr}, key_{nullptr};
};

}  // namespace roformer::position
