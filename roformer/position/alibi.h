// `alibi` (Press et al. 2021, section 3): scores fall with the distance, by a slope a head.
//   score_mn = q_m · k_n / sqrt(D) − s_h (m − n), n ≤ m; two-sided − s_h |m − n|
// No parameters, no equation of the paper. s_h = 2^(−8h/H), h = 1 .. H, if H is a power of two;
// else, with c = 2^floor(log2 H), slopes(c) and then every other one of slopes(2c), its first
// included, H − c of them. The bias is not divided. The two-sided form is the author's own
// extension (issue 5 of ofirpress/attention_with_linear_biases), not the publication's.
#pragma once
#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct Alibi : ScoreEncodingDescription {
  static constexpr const char* name = "alibi";

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<12> : Alibi {};

}  // namespace roformer::position
