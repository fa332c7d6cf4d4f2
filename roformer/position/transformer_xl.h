// `transformer_xl` (Dai et al. 2019, section 3.3; Eq. 7 of the paper; two-sided as in XLNet).
//   score_mn = ((q_m + u) · k_n + (q_m + v) · (W R_{m−n})) / sqrt(D)
// R_j (d = hidden_size) is Eq. 4's sinusoid of j with all sines before all cosines; with xl_clamp
// distances beyond are cut to it.
// Parameters: content_query (u) and position_query (v), (H, D), one pair for the model or, with
// xl_untie, one a layer (the published TensorFlow runs, XLNet); layer.{i}.position_key (W),
// (H · D, d), without bias.
// The paper's Eq. 7 keeps W_q^T in front of u and v; the original has none there.
#pragma once
#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct TransformerXl : ScoreEncodingDescription {
  static constexpr const char* name = "transformer_xl";
  bool xl_untie = false;
  std::int64_t xl_clamp = 0;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"xl_untie", "u and v of each layer's own"}, s.xl_untie);
    visit(Option{"xl_clamp", "distances beyond are cut; 0: none", base::at_least(0)}, s.xl_clamp);
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<5> : TransformerXl {};

}  // namespace roformer::position
