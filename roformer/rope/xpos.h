// xPos (Sun et al. 2022, "A Length-Extrapolatable Transformer"): beside the rotation, pair i of a
// query at position p is multiplied by ζ_i^e and of a key by ζ_i^−e,
//   ζ_i = (2i + 0.4 R) / (1.4 R) < 1,  e = (p − centre) / scale_base,
// so that their product has the factor ζ_i^((m − n) / scale_base), which falls with the distance of
// a key that stands before the query. The centre cancels. It only keeps the powers within the range
// of numbers, and must be the same in all passes whose keys meet: cached keys are scaled already.
// torchscale takes the middle of each pass and so cannot keep keys.
#pragma once
#include <torch/types.h>

#include <cstdint>

#include "roformer/rope/angles.h"

namespace roformer::rope {

struct XposAngles {
  Angles query, key;
};

/// `plain` (N, R / 2), the angles of `position_ids` (N), times ζ_i^e and ζ_i^−e, of its type.
/// Throws Error for positions so far from the centre that a power leaves the range of float32.
XposAngles xpos_angles(const Angles& plain, const torch::Tensor& position_ids, double scale_base,
                       double centre);

}  // namespace roformer::rope
