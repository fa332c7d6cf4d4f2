// One token of causal linear attention in one head, from queries and keys (Eq. 18 and 19): φ of
// both, the sums with the token added, and the answer, in one pass over the sums. Formulas of the
// maps: feature_map.h. Included by files compiled per instruction set: no torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/attention/linear_attention_kernel.h"
#include "roformer/rope/pair_layout.h"

namespace roformer::attention {

enum class StepMap { elu, shen, shen_exp, favor, relu };

/// What all heads and sequences share, and the angles of the token.
struct RecurrentStep {
  StepMap map = StepMap::elu;
  std::int64_t head_size = 0;  // of queries, keys and values
  std::int64_t features = 0;
  const float* projection = nullptr;  // w (F, D) of favor and relu
  float feature_epsilon = 0;          // added to their features
  float epsilon = 0;                  // added to the denominator
  const float* cos = nullptr;         // (F / 2); null: nothing rotates
  const float* sin = nullptr;
  rope::PairLayout layout = rope::PairLayout::interleaved;
};

/// q, k, v and out have head_size numbers; sums are read and replaced.
template <base::Isa isa>
void recurrent_step(const RecurrentStep& step, const float* q, const float* k, const float* v,
                    const LinearSums& sums, float* out, float* scratch);

/// Floats of scratch that `recurrent_step` needs.
constexpr std::int64_t recurrent_step_scratch(std::int64_t features) {
  return 4 * (features + 16);
}

}  // namespace roformer::attention
