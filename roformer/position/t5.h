// `t5` (Raffel et al. 2020, section 2.1; Eq. 8 of the paper): a number a head for each bucket of
// distances.
//   score_mn = q_m · k_n / sqrt(D) + b[bucket(n − m)]
// Parameter: table b (t5_buckets, H), one for all layers. Two-sided or, in a causal model,
// one-sided buckets up to t5_max_distance (distance_buckets.h). The bias is not divided. T5 itself
// does not divide q · k either: t5_scaled = false. MPNet is the form with the division.
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

class T5Encoding : public PositionEncoding {
 public:
  explicit T5Encoding(const EncodingOptions& options);

  torch::Tensor score_bias(const ScoreInputs& inputs) const override;
  bool acts_on_scores() const override { return true; }
  double score_divisor(std::int64_t head_size) const override;

 private:
  std::int64_t max_distance_;
  bool scaled_, causal_;
  torch::Tensor table_;
};

}  // namespace roformer::position
