// AdamW in one pass over the memory: 28 bytes a parameter (weight, two moments read and written,
// gradient read). Compiled once per instruction set, so: no torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/base/isa.h"

namespace roformer::train {

/// The numbers of one AdamW update, the same for every element (Loshchilov and Hutter 2017,
/// Algorithm 2).
struct AdamWUpdate {
  float decay;         // 1 − learning rate · weight decay
  float first_blend;   // 1 − β₁
  float beta2;         // β₂
  float second_blend;  // 1 − β₂
  float step_size;     // learning rate / (1 − β₁ᵗ)
  float second_root;   // √(1 − β₂ᵗ)
  float epsilon;
  float gradient_scale;  // what the gradient is multiplied by first: mean over targets, clipping
};

/// Updates `size` weights in place with torch.optim.AdamW's arithmetic, operation by operation.
template <base::Isa isa>
void adamw_chunk(float* weight, const float* gradient, float* first, float* second,
                 std::int64_t size, const AdamWUpdate& update);

/// Σ x² in double precision.
template <base::Isa isa>
double sum_of_squares(const float* values, std::int64_t size);

}  // namespace roformer::train
