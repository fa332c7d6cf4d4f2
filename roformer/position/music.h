// `music` (Music Transformer; Huang et al. 2018, section 3.4; tensor2tensor's
// dot_product_self_attention_relative_v2): keys depend on the distance, without clipping. Not in an
// equation of the paper; it is Eq. 5 without the value term.
//   score_mn = q_m · (k_n + E_{n−m}) / sqrt(D)
// Parameter of each layer: distances, a table a head; causal (H, L, D), row L − 1 is distance 0 and
// row 0 distance −(L − 1); two-sided (H, 2L − 1, D), row n − m + L − 1. L = music_distance, or
// max_position_embeddings. Distances without a row have no relative term, as in the code, which
// pads with zeros. Memory O(T D) beside the scores, by skewing.
#pragma once
#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct Music : ScoreEncodingDescription {
  static constexpr const char* name = "music";
  std::int64_t music_distance = 0;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"music_distance", "largest distance with a row; 0: max_position_embeddings",
                 distance_range()},
          s.music_distance);
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<4> : Music {};

}  // namespace roformer::position
