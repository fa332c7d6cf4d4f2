// `deberta` (He et al. 2020, Eq. 4 and 2021; Eq. 10 of the paper): words meet distances and
// distances meet words.
//   score_mn = (q_m · k_n + q_m · (W_k P_δ(m,n)) + k_n · (W_q P_X)) / sqrt(3D)
//   δ(i, j) = clip(i − j + k, 0, 2k − 1)
//   code (microsoft, transformers): X = δ(m, n);
//   publication (its equation):     X = δ(n, m);
//   v2 (DeBERTa v2 and v3):         δ(i, j) = clip(bucket(i − j) + k, 0, 2k − 1) with logarithmic
//                                   buckets (distance_buckets.h) over 2k, P goes through a LayerNorm
//                                   and the words' own products stand for W_k and W_q; X = δ(m, n).
// Parameters: table P (2k, d), shared by all layers, with dropout deberta_dropout in training, a
// mask a layer. code and publication: layer.{i}.key W_k (d, d) without bias,
// layer.{i}.query.{weight W_q (d, d), bias}. v2: LayerNorm.{weight, bias}, epsilon 1e-7.
// k = deberta_distance, or 512, in v2 256.
// The paper's Eq. 10 prints p̃_{m−n} twice, content projections and no sqrt(3D).
#pragma once
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/normalization.h>

#include "roformer/position/position_encoding.h"

namespace roformer::position {

class DebertaEncoding : public PositionEncoding {
 public:
  explicit DebertaEncoding(const EncodingOptions& options);

  torch::Tensor score_bias(const ScoreInputs& inputs) const override;
  bool acts_on_scores() const override { return true; }
  double score_divisor(std::int64_t head_size) const override;

 private:
  enum class Form { code, publication, second_version };

  torch::Tensor rows_of(const torch::Tensor& i_minus_j) const;
  torch::Tensor embeddings(std::int64_t first, std::int64_t count, const ScoreInputs& inputs) const;
  Projections products(const ScoreInputs& inputs) const;

  std::int64_t num_heads_, distance_;
  double dropout_;
  Form form_;
  torch::Tensor table_;
  torch::nn::LayerNorm norm_{nullptr};  // second_version alone
  std::vector<torch::Tensor> keys_;     // the others alone
  std::vector<torch::nn::Linear> queries_;
};

}  // namespace roformer::position
