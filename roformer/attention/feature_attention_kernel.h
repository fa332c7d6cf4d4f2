// Causal linear attention with random features made on the way, of one head of one sequence,
// forward and backward, in float32: no (T, F) array ever leaves the cache. Included by files
// compiled per instruction set: no torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/attention/linear_attention_kernel.h"
#include "roformer/rope/pair_layout.h"

namespace roformer::attention {

/// The two maps of feature_map.h with random features, in their causal form.
enum class RandomMap { favor, relu };

/// Where the exponents of a causal model's keys are cut, which have no maximum subtracted
/// (feature_map.h): e^60 · 2^40 tokens is far from the largest float, e^88.
constexpr float largest_key_exponent = 60;

/// φ and, for Eq. 19, the rotation of the numerator's features.
struct RandomFeatures {
  RandomMap map;
  const float* projection;  // w (F, D), contiguous
  std::int64_t head_size;   // of q and k
  float epsilon;            // added to the features
  const float* cos;         // (T, F / 2), contiguous; null: nothing rotates
  const float* sin;
  rope::PairLayout layout;
};

/// Queries, keys (T, head_size) and values (T, D) before the map, or their gradients.
template <typename Scalar>
struct FeatureHead {
  HeadMatrix<Scalar> q, k, v;
};

/// As sum_linear, attend_linear and attend_linear_backward, from queries and keys.
template <base::Isa isa>
void sum_features(const LinearShape& shape, const RandomFeatures& features,
                  const FeatureHead<const float>& head, const LinearSums& sums, float* scratch);
template <base::Isa isa>
void attend_features(const LinearShape& shape, const RandomFeatures& features,
                     const FeatureHead<const float>& head, const LinearSums& sums,
                     HeadMatrix<float> out, float* denominators, float* scratch);
template <base::Isa isa>
void attend_features_backward(GradientPass pass, const LinearShape& shape,
                              const RandomFeatures& features, const FeatureHead<const float>& head,
                              HeadMatrix<const float> out, const float* denominators,
                              HeadMatrix<const float> out_gradient,
                              const FeatureHead<float>& gradient, const GradientSums& sums,
                              float* scratch);

/// Floats of scratch that any of them needs.
template <base::Isa isa>
std::int64_t attend_features_scratch(const LinearShape& shape, std::int64_t head_size);

}  // namespace roformer::attention
