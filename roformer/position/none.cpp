#include "roformer/position/none.h"

#include "roformer/position/position_encoding.h"

namespace roformer::position {

namespace {

class NoEncoding : public PositionEncoding {
 public:
  std::optional<TokenRotation> token_rotation() const override { return TokenRotation{}; }
};

}  // namespace

std::shared_ptr<PositionEncoding> None::make(const EncodingOptions&) {
  return std::make_shared<NoEncoding>();
}

}  // namespace roformer::position
