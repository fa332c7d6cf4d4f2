// `none`: no positions at all; attention sees a set.
#pragma once
#include "roformer/position/position_encoding.h"

namespace roformer::position {

class NoEncoding : public PositionEncoding {};

}  // namespace roformer::position
