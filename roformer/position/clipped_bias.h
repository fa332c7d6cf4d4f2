// `clipped_bias` (Parikh et al. 2016, section 3.4, as the paper uses it in Eq. 8's family): a
// number for each distance, shared beyond c.
//   score_mn = q_m · k_n / sqrt(D) + b[clip(m − n, −c, c)]
// Parameter: table b (2c + 1, H), or (2c + 1) if clipped_per_head is false; row clip(m − n) + c;
// one for all layers. c = clipped_distance: 11 is "all distances greater than 10 share", 10 merges
// 10 with them. The bias is not divided.
#pragma once
#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct ClippedBias : ScoreEncodingDescription {
  static constexpr const char* name = "clipped_bias";
  std::int64_t clipped_distance = 11;
  bool clipped_per_head = true;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"clipped_distance", "c; 10 merges 10 with all beyond", distance_range()},
          s.clipped_distance);
    visit(Option{"clipped_per_head", "a number a head"}, s.clipped_per_head);
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<7> : ClippedBias {};

}  // namespace roformer::position
