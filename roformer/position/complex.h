// `complex` (Wang et al. 2020): a word is a wave; word j at position t is
//   f(j, t) = r_j exp(i (ω_j t + θ_j)), t from 1 on, a number for each of E/2 dimensions,
// and attention is the modulus of complex products. No equation of the paper; the survey cites it.
// Real and imaginary part stand side by side, in the embeddings (E) as in each head (D): the first
// half is real, the second imaginary. Amplitudes r are the first half of the sum of the word's
// other embeddings, so a row of the word table has E/2 numbers of input; its second half serves a
// tied output layer alone. All products are real ones over both parts, where the publication has a
// complex W and its code one W for both parts.
//   code:        score_mn = |Σ q_m k_n| / sqrt(D/2), without the conjugate;
//   publication: score_mn = |Σ q_m k̄_n| / sqrt(D/2), its Eq. 14, which prints sqrt(n); the code
//                divides by the root of a head's number of complex values;
//   real:        score_mn = Re(Σ q_m k̄_n) / sqrt(D/2), plain attention, linear attention too.
// Weights apply to both parts of the values.
// Parameters: frequencies ω, (V, E/2), shared by dimensions (complex_frequencies = word) (V, 1), by
// words (dimension) (1, E/2), from 10000^(−2t/E), of a word 10000^(−1/2), the middle of these;
// phases θ (V, E/2), 0 at first, if complex_phase, else 0, as in the publication's runs.
#pragma once
#include <string>

#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct Complex : EncodingDescription {
  static constexpr const char* name = "complex";
  std::string complex_form = "code";
  std::string complex_frequencies = "each";
  bool complex_phase = false;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"position_form",
                 "where they differ: code or publication; real: the real part alone",
                 {},
                 {"code", "publication", "real"}},
          s.complex_form);
    visit(Option{"complex_frequencies",
                 "a frequency each, or shared by word, dimension",
                 {},
                 {"each", "word", "dimension"}},
          s.complex_frequencies);
    visit(Option{"complex_phase", "initial phases are learned; else 0"}, s.complex_phase);
  }

  bool acts_on_single_scores() const { return complex_form != "real"; }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<14> : Complex {};

}  // namespace roformer::position
