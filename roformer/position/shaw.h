// `shaw` (Shaw et al. 2018, section 3.2; Eq. 5 of the paper): keys and values depend on the
// distance.
//   score_mn = q_m · (k_n + aK_r) / sqrt(D), output_m = Σ_n w_mn (v_n + aV_r), r = clip(n − m, −c, c)
// Parameters of each layer: key, value (2c + 1, D), row r + c; with shaw_per_head (H, 2c + 1, D),
// as in the publication's base model. c = shaw_clip.
// The paper's Eq. 5 prints m − n and adds the vectors before W_k and W_v; publication and
// tensor2tensor agree on the form above.
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

class ShawEncoding : public PositionEncoding {
 public:
  explicit ShawEncoding(const EncodingOptions& options);

  torch::Tensor score_bias(const ScoreInputs& inputs) const override;
  bool acts_on_scores() const override { return true; }
  torch::Tensor value_term(const ValueInputs& inputs) const override;
  bool acts_on_values() const override { return true; }

 private:
  std::int64_t clip_;
  std::vector<torch::Tensor> keys_, values_;
};

}  // namespace roformer::position
