// `transformer_xl` (Dai et al. 2019, section 3.3; Eq. 7 of the paper; two-sided as in XLNet).
//   score_mn = ((q_m + u) · k_n + (q_m + v) · (W R_{m−n})) / sqrt(D)
// R_j (d = hidden_size) is Eq. 4's sinusoid of j with all sines before all cosines; with xl_clamp
// distances beyond are cut to it.
// Parameters: content_query (u) and position_query (v), (H, D), one pair for the model or, with
// xl_untie, one a layer (the published TensorFlow runs, XLNet); layer.{i}.position_key (W),
// (H · D, d), without bias.
// The paper's Eq. 7 keeps W_q^T in front of u and v; the original has none there.
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

class TransformerXlEncoding : public PositionEncoding {
 public:
  /// Throws Error for an odd hidden size.
  explicit TransformerXlEncoding(const EncodingOptions& options);

  torch::Tensor score_bias(const ScoreInputs& inputs) const override;
  bool acts_on_scores() const override { return true; }

 private:
  std::int64_t num_heads_, hidden_size_, clamp_;
  std::vector<torch::Tensor> content_queries_, position_queries_;  // of a layer, or shared by all
  std::vector<torch::Tensor> position_keys_;
};

}  // namespace roformer::position
