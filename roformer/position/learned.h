// `learned` (BERT; Devlin et al. 2019; the trained form of Eq. 3): x_i + P_i, P (P, embedding_size)
// a trained table with a row for each position, added to the word embedding before the LayerNorm.
#pragma once
#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct Learned : EncodingDescription {
  static constexpr const char* name = "learned";

  std::optional<std::int64_t> longest_sequence(std::int64_t max_positions) const {
    return max_positions;
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<2> : Learned {};

}  // namespace roformer::position
