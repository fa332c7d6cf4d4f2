// `learned` (BERT; Devlin et al. 2019; the trained form of Eq. 3): x_i + P_i, P (P, embedding_size)
// a trained table with a row for each position, added to the word embedding before the LayerNorm.
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

class LearnedEncoding : public PositionEncoding {
 public:
  /// One parameter, `weight` (max_positions, embedding_size), drawn from N(0, initializer_range²).
  explicit LearnedEncoding(const EncodingOptions& options);

  /// Throws Error for a position outside the table.
  Positions prepare(const torch::Tensor& position_ids, torch::ScalarType type) override;
  torch::Tensor embed(const torch::Tensor& x, const torch::Tensor& tokens,
                      const Positions& positions) const override;

 private:
  torch::Tensor weight_;
};

}  // namespace roformer::position
