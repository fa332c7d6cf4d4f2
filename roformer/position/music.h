// `music` (Music Transformer; Huang et al. 2018, section 3.4; tensor2tensor's
// dot_product_self_attention_relative_v2): keys depend on the distance, without clipping. Not in an
// equation of the paper; it is Eq. 5 without the value term.
//   score_mn = q_m · (k_n + E_{n−m}) / sqrt(D)
// Parameter of each layer: distances, a table a head; causal (H, L, D), row L − 1 is distance 0 and
// row 0 distance −(L − 1); two-sided (H, 2L − 1, D), row n − m + L − 1. L = music_distance, or
// max_position_embeddings. Distances without a row have no relative term, as in the code, which
// pads with zeros. Memory O(T D) beside the scores, by skewing.
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

class MusicEncoding : public PositionEncoding {
 public:
  /// Throws Error if both music_distance and max_position_embeddings are 0.
  explicit MusicEncoding(const EncodingOptions& options);

  torch::Tensor score_bias(const ScoreInputs& inputs) const override;
  bool acts_on_scores() const override { return true; }

 private:
  std::int64_t length_;
  std::vector<torch::Tensor> tables_;
};

}  // namespace roformer::position
