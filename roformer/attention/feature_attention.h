// Linear attention from queries and keys: feature map, rotation of the features (Eq. 19), sums.
// Causal attention with random features (FAVOR+, relu) in float32 on the CPU is one fused operator
// that keeps no features, neither for the result nor for the gradient; all else is composed of
// feature_map.h, rope/rotation.h and linear_attention.h.
#pragma once
#include <torch/types.h>

#include <optional>
#include <vector>

#include "roformer/attention/feature_map.h"
#include "roformer/attention/linear_attention.h"
#include "roformer/attention/span.h"
#include "roformer/rope/angles.h"

namespace roformer::attention {

/// q, k, v (N, H, D) → (N, H, D). With a rotation the numerator's features turn and the
/// denominator's do not. `state` as in linear_attention. Throws Error as linear_attention does, and
/// for angles that do not fit the features.
torch::Tensor feature_attention(const torch::Tensor& q, const torch::Tensor& k,
                                const torch::Tensor& v, const std::vector<Span>& spans,
                                const FeatureMap& map,
                                const std::optional<rope::FeatureRotation>& rotation = {},
                                RecurrentLayer* state = nullptr);

/// The composed form: what the fused operator must equal.
torch::Tensor composed_feature_attention(const torch::Tensor& q, const torch::Tensor& k,
                                         const torch::Tensor& v, const std::vector<Span>& spans,
                                         const FeatureMap& map,
                                         const std::optional<rope::FeatureRotation>& rotation = {},
                                         RecurrentLayer* state = nullptr);

}  // namespace roformer::attention
