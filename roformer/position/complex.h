// `complex` (Wang et al. 2020): a word is a wave; word j at position t is
//   f(j, t) = r_j exp(i (ω_j t + θ_j)), t from 1 on, a number for each of E/2 dimensions,
// and attention is the modulus of complex products. No equation of the paper; the survey cites it.
// Real and imaginary part stand side by side, in the embeddings (E) as in each head (D): the first
// half is real, the second imaginary. Amplitudes r are the first half of the sum of the word's other
// embeddings, so a row of the word table has E/2 numbers of input; its second half serves a tied
// output layer alone. All products are real ones over both parts, where the publication has a complex
// W and its code one W for both parts.
//   code:        score_mn = |Σ q_m k_n| / sqrt(D/2), without the conjugate;
//   publication: score_mn = |Σ q_m k̄_n| / sqrt(D/2), its Eq. 14, which prints sqrt(n); the code
//                divides by the root of a head's number of complex values;
//   real:        score_mn = Re(Σ q_m k̄_n) / sqrt(D/2), plain attention, linear attention too.
// Weights apply to both parts of the values.
// Parameters: frequencies ω, (V, E/2), shared by dimensions (complex_frequencies = word) (V, 1), by
// words (dimension) (1, E/2), from 10000^(−2t/E), of a word 10000^(−1/2), the middle of these;
// phases θ (V, E/2), 0 at first, if complex_phase, else 0, as in the publication's runs.
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

/// r exp(i (ω t + θ)): r, ω (N, d), θ (N, d) or undefined, t (N) → real and imaginary part (N, 2d).
torch::Tensor complex_wave(const torch::Tensor& r, const torch::Tensor& omega,
                           const torch::Tensor& theta, const torch::Tensor& t);

/// Products of complex vectors that lie in halves of q (…, T_q, D) and k (…, T_k, D).
struct ComplexProduct {
  torch::Tensor real, imaginary;  // (…, T_q, T_k)

  /// Its gradient is finite at 0 too.
  torch::Tensor modulus() const;
};

/// Σ q k̄.
ComplexProduct conjugate_product(const torch::Tensor& q, const torch::Tensor& k);
/// Σ q k.
ComplexProduct plain_product(const torch::Tensor& q, const torch::Tensor& k);

class ComplexEncoding : public PositionEncoding {
 public:
  /// Throws Error for an odd embedding or head size, which cannot hold two parts.
  explicit ComplexEncoding(const EncodingOptions& options);

  torch::Tensor embed(const torch::Tensor& x, const torch::Tensor& tokens,
                      const Positions& positions) const override;
  torch::Tensor score_bias(const ScoreInputs& inputs) const override;
  bool acts_on_scores() const override { return form_ != "real"; }
  double score_divisor(std::int64_t head_size) const override;

 private:
  std::string form_;
  torch::Tensor frequencies_, phases_;
};

}  // namespace roformer::position
