// `nezha` (Wei et al. 2019, Eq. 3 to 7): Shaw's form (Eq. 5 of the paper) with one fixed table of
// sinusoids for keys and values, all heads and all layers.
//   score_mn = q_m · (k_n + a_r) / sqrt(D), output_m = Σ_n w_mn (v_n + a_r), r = clip(n − m, −c, c)
// No parameters; c = nezha_clip. Row r + c of a is Eq. 4's sinusoid (size D, sine and cosine side
// by side) of
//   code:        the row's number r + c, in 0 .. 2c (huawei-noah, transformers 4);
//   publication: the distance r itself (its Eq. 6 and 7).
#pragma once
#include <string>

#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct Nezha : ScoreEncodingDescription {
  static constexpr const char* name = "nezha";
  std::string nezha_form = "code";
  std::int64_t nezha_clip = 64;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"position_form",
                 "where publication and released code differ",
                 {},
                 {"code", "publication"}},
          s.nezha_form);
    visit(Option{"nezha_clip", "distances beyond share a row", distance_range()}, s.nezha_clip);
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<11> : Nezha {};

}  // namespace roformer::position
