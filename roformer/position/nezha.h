// `nezha` (Wei et al. 2019, Eq. 3 to 7): Shaw's form (Eq. 5 of the paper) with one fixed table of
// sinusoids for keys and values, all heads and all layers.
//   score_mn = q_m · (k_n + a_r) / sqrt(D), output_m = Σ_n w_mn (v_n + a_r), r = clip(n − m, −c, c)
// No parameters; c = nezha_clip. Row r + c of a is Eq. 4's sinusoid (size D, sine and cosine side
// by side) of
//   code:        the row's number r + c, in 0 .. 2c (huawei-noah, transformers 4);
//   publication: the distance r itself (its Eq. 6 and 7).
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

class NezhaEncoding : public PositionEncoding {
 public:
  /// Throws Error for an odd head size.
  explicit NezhaEncoding(const EncodingOptions& options);

  torch::Tensor score_bias(const ScoreInputs& inputs) const override;
  bool acts_on_scores() const override { return true; }
  torch::Tensor value_term(const ValueInputs& inputs) const override;
  bool acts_on_values() const override { return true; }

  /// (2c + 1, D), computed in float64 and rounded to the type and place of `like`.
  torch::Tensor table(const torch::Tensor& like) const;

 private:
  std::int64_t clip_, first_angle_, head_size_;
};

}  // namespace roformer::position
