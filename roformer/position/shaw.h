// `shaw` (Shaw et al. 2018, section 3.2; Eq. 5 of the paper): keys and values hang on the distance.
//   score_mn = q_m · (k_n + aK_r) / √D, output_m = Σ_n w_mn (v_n + aV_r), r = clip(n − m, −c, c)
// Parameters of each layer: key, value (2c + 1, D), row r + c; with shaw_per_head (H, 2c + 1, D),
// as in the publication's base model. c = shaw_clip.
// The paper's Eq. 5 prints m − n and adds the vectors before W_k and W_v; publication and
// tensor2tensor agree on the form above.
#pragma once
#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct Shaw : ScoreEncodingDescription {
  static constexpr const char* name = "shaw";
  std::int64_t shaw_clip = 16;
  bool shaw_per_head = false;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"shaw_clip", "distances beyond share a row; 16 base, 8 big", distance_range()},
          s.shaw_clip);
    visit(Option{"shaw_per_head", "a table a head"}, s.shaw_per_head);
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<3> : Shaw {};

}  // namespace roformer::position
