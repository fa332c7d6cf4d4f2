// What a search wants of a row of logits: the logarithm of the sum of their exponentials and the
// largest of them, without a row of probabilities.
// Included by files compiled per instruction set: no torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/base/isa.h"

namespace roformer::generate {

/// Σ e^x = scale · e^shift. A NaN among the logits makes scale one.
struct ExponentialSum {
  float shift, scale;
};

/// Of `count` > 0 logits, at least one of them finite.
template <base::Isa isa>
ExponentialSum sum_exponentials(const float* logits, std::int64_t count);

/// The `most` largest logits, largest first, of equal ones the first first; −∞ is none. Writes
/// logits and places and returns their number. `scratch` has largest_scratch(count) floats.
template <base::Isa isa>
std::int64_t largest_logits(const float* logits, std::int64_t count, std::int64_t most,
                            float* values, std::int64_t* places, float* scratch);
constexpr std::int64_t largest_scratch(std::int64_t count) {
  return count / 64 + 1;
}

/// sums += weight · e^(logits − shift), for the mean of several models' probabilities.
template <base::Isa isa>
void add_probabilities(const float* logits, std::int64_t count, float shift, float weight,
                       float* sums);

}  // namespace roformer::generate
