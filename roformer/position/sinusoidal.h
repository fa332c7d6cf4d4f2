// `sinusoidal` (Vaswani et al. 2017; Eq. 3 and 4): p[i, 2t] = sin(i / 10000^(2t / d)), p[i, 2t + 1]
// = cos(the same), added to the word embedding; with sinusoid_halves all sines come before all
// cosines, as tensor2tensor, fairseq and Marian have them. No table: any position, any length.
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

class SinusoidalEncoding : public PositionEncoding {
 public:
  explicit SinusoidalEncoding(const EncodingOptions& options);

  Positions prepare(const torch::Tensor& position_ids, torch::ScalarType type) override;
  torch::Tensor embed(const torch::Tensor& x, const torch::Tensor& tokens,
                      const Positions& positions) const override;

 private:
  std::int64_t size_;
  bool halves_;
};

}  // namespace roformer::position
