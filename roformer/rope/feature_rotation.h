// The rotation of Eq. 19: of feature-mapped queries and keys, F numbers a head instead of D.
#pragma once
#include "roformer/rope/angles.h"
#include "roformer/rope/pair_layout.h"

namespace roformer::rope {

/// Angles (N, F / 2) of the tokens and which features turn together.
struct FeatureRotation {
  Angles angles;
  PairLayout layout = PairLayout::interleaved;
};

}  // namespace roformer::rope
