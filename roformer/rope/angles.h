// The cosines and sines of m θ_i, θ_i = base^(−2i / R), i = 0 .. R / 2 − 1 (Eq. 15; the paper
// counts i from 1), or with frequencies that are scaled for longer sequences.
#pragma once
#include <torch/types.h>

#include <cstdint>

#include "roformer/rope/pair_layout.h"
#include "roformer/rope/scaling.h"

namespace roformer::rope {

struct Angles {
  torch::Tensor cos;  // (N, R / 2)
  torch::Tensor sin;  // (N, R / 2)
};

/// Cosines and sines for `position_ids` (N) of any integer or floating type, times the attention
/// factor, computed in float64 and rounded once: to float64 when `type` is, else to float32 (an
/// angle in half precision is off by 0.2 at position 1536). Floating positions may have a gradient.
Angles angles(const torch::Tensor& position_ids, const Frequencies& frequencies,
              torch::ScalarType type = torch::kFloat32);

/// The same with the plain frequencies.
Angles angles(const torch::Tensor& position_ids, std::int64_t rotary_dim, double base = 10000.0,
              torch::ScalarType type = torch::kFloat32);

/// Angles (N, F / 2) of the tokens and which features turn together.
struct FeatureRotation {
  Angles angles;
  PairLayout layout = PairLayout::interleaved;
};

/// Of xPos (Sun et al. 2022, "A Length-Extrapolatable Transformer"): beside the rotation, pair i of
/// a query at position p is multiplied by ζ_i^e and of a key by ζ_i^−e,
///   ζ_i = (2i + 0.4 R) / (1.4 R) < 1,  e = (p − centre) / scale_base,
/// so that their product has the factor ζ_i^((m − n) / scale_base), which falls with the distance
/// of a key that stands before the query. The centre cancels. It only keeps the powers within the
/// range of numbers, and must be the same in all passes whose keys meet: cached keys are scaled
/// already. torchscale takes the middle of each pass and so cannot keep keys.
struct XposAngles {
  Angles query, key;
};

/// `plain` (N, R / 2), the angles of `position_ids` (N), times ζ_i^e and ζ_i^−e, of its type.
/// Throws Error for positions so far from the centre that a power leaves the range of float32.
XposAngles xpos_angles(const Angles& plain, const torch::Tensor& position_ids, double scale_base,
                       double centre);

}  // namespace roformer::rope
