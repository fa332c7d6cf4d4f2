// Rotary position embedding as operators with gradients: the fused kernel, and the composed form of
// Eq. 34 that states it.
//
// Registered as torch.ops.roformer.{rotate, rotate_, rotate_packed_, rope_angles}, so Python can
// load libroformer.so. The gradient of a rotation is the rotation by the negative angle; nothing
// but cos and sin is kept for it. Cosines and sines that require a gradient (of a learned base) get
// one too, for which what turns is kept. Gradients are differentiable.
#pragma once
#include <torch/types.h>

#include <cstdint>

#include "roformer/rope/angles.h"
#include "roformer/rope/pair_layout.h"

namespace roformer::rope {

/// R_m x for x (N, …, D), the first axis the tokens, as (tokens, heads, head_size): row n is turned
/// by the angles of row n, (N, R / 2), R <= D; dimensions from R on are kept. float32, float64,
/// bfloat16 and half; cos and sin float64 for float64, else float32. Throws Error for other shapes.
torch::Tensor rotate(const torch::Tensor& x, const Angles& angles,
                     PairLayout layout = PairLayout::interleaved,
                     Direction direction = Direction::forward);

/// The same in place; returns x. Throws Error for an x whose numbers share places in memory, as one
/// that was expanded.
torch::Tensor rotate_(torch::Tensor x, const Angles& angles,
                      PairLayout layout = PairLayout::interleaved,
                      Direction direction = Direction::forward);

/// In place on the packed buffer (N, 3, H, D) of queries, keys and values: the first `parts` of the
/// three are rotated, 2 for queries and keys, 3 for values too (Hugging Face's rotary_value). Throws
/// Error as rotate_ does.
torch::Tensor rotate_packed_(torch::Tensor qkv, const Angles& angles,
                             PairLayout layout = PairLayout::interleaved, std::int64_t parts = 2);

/// Eq. 34 in LibTorch's operators, differentiable, on any device: what the kernel must equal.
torch::Tensor rotate_composed(const torch::Tensor& x, const Angles& angles,
                              PairLayout layout = PairLayout::interleaved,
                              Direction direction = Direction::forward);

/// R^d_{Θ,m} of Eq. 15 as a (D, D) float64 matrix; interleaved pairs. For tests and explanations.
torch::Tensor rotation_matrix(std::int64_t position, std::int64_t head_size, double base = 10000.0);

}  // namespace roformer::rope
