// `none`: no positions at all; attention sees a set.
#pragma once
#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct None : EncodingDescription {
  static constexpr const char* name = "none";

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<0> : None {};

}  // namespace roformer::position
