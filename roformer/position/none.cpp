#include "roformer/position/none.h"

#include "roformer/position/position_encoding.h"

namespace roformer::position {

std::shared_ptr<PositionEncoding> None::make(const EncodingOptions&) {
  return std::make_shared<PositionEncoding>();
}

}  // namespace roformer::position
