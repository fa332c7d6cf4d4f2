// φ of favor and relu from the products of a row with the random features (feature_map.h). For
// *_kernel.cpp files only, as matrix_product_kernel.h.
#pragma once
#include "roformer/attention/row_kernel.h"

namespace roformer::attention {
namespace {

/// What x is multiplied by before the map: D^(−1/4).
inline float random_feature_scale(std::int64_t head_size) {
  return 1 / __builtin_sqrtf(__builtin_sqrtf(static_cast<float>(head_size)));
}

/// favor's factor m^(−1/2).
inline float favor_share(std::int64_t features) {
  return 1 / __builtin_sqrtf(static_cast<float>(features));
}

/// y := relu(scale y) + epsilon, up to whole vectors: what lies beyond `count` is never used.
inline void rectify_features(float* y, std::int64_t count, float scale, float epsilon) {
  for (std::int64_t j = 0; j < count; j += lanes)
    store(y + j, base::simd::maximum(Vector<float>{}, load(y + j) * scale) + epsilon);
}

/// y := share (e^min(scale y − shift, limit) + epsilon), as far.
inline void exponentiate_features(float* y, std::int64_t count, float scale, float shift,
                                  float limit, float epsilon, float share) {
  const Vector<float> shifts = broadcast(shift), limits = broadcast(limit);
  for (std::int64_t j = 0; j < count; j += lanes) {
    const Vector<float> exponent = base::simd::minimum(limits, load(y + j) * scale - shifts);
    store(y + j, (base::simd::exponential(exponent) + epsilon) * share);
  }
}

}  // namespace
}  // namespace roformer::attention
