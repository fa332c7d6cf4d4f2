// `clipped_bias` (Parikh et al. 2016, section 3.4, as the paper uses it in Eq. 8's family): a number
// for each distance, shared beyond c.
//   score_mn = q_m · k_n / sqrt(D) + b[clip(m − n, −c, c)]
// Parameter: table b (2c + 1, H), or (2c + 1) if clipped_per_head is false; row clip(m − n) + c;
// one for all layers. c = clipped_distance: 11 is "all distances greater than 10 share", 10 merges
// 10 with them. The bias is not divided.
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

class ClippedBiasEncoding : public PositionEncoding {
 public:
  explicit ClippedBiasEncoding(const EncodingOptions& options);

  torch::Tensor score_bias(const ScoreInputs& inputs) const override;
  bool acts_on_scores() const override { return true; }

 private:
  std::int64_t clip_;
  torch::Tensor table_;
};

}  // namespace roformer::position
