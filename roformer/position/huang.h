// `huang` (Huang et al. 2020, method 4; transformers 4's relative_key_query; the paper cites it
// without an equation): queries and keys both meet the distance's vector.
//   score_mn = (q_m · k_n + q_m · a_r + k_n · a_r) / sqrt(D), r = m − n
// Parameter of each layer: distances a (2P − 1, D), row m − n + P − 1, shared by the heads; nothing
// is clipped, so positions end at P = max_position_embeddings.
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

class HuangEncoding : public PositionEncoding {
 public:
  /// Throws Error without max_position_embeddings.
  explicit HuangEncoding(const EncodingOptions& options);

  /// Throws Error for a position outside the table.
  Positions prepare(const torch::Tensor& position_ids, torch::ScalarType type) override;
  torch::Tensor score_bias(const ScoreInputs& inputs) const override;
  bool acts_on_scores() const override { return true; }

 private:
  std::int64_t max_positions_;
  std::vector<torch::Tensor> tables_;
};

}  // namespace roformer::position
