// `huang` (Huang et al. 2020, method 4; transformers 4's relative_key_query; the paper cites it
// without an equation): queries and keys both meet the distance's vector.
//   score_mn = (q_m · k_n + q_m · a_r + k_n · a_r) / sqrt(D), r = m − n
// Parameter of each layer: distances a (2P − 1, D), row m − n + P − 1, shared by the heads; nothing
// is clipped, so positions end at P = max_position_embeddings.
#pragma once
#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct Huang : ScoreEncodingDescription {
  static constexpr const char* name = "huang";

  std::optional<std::int64_t> longest_sequence(std::int64_t max_positions) const {
    return max_positions;
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<10> : Huang {};

}  // namespace roformer::position
