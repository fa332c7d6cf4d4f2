// RoFormer's table of sines and cosines, encoder.embed_positions.weight: computed, never learned.
// Some programs expect it in the file (hf: modeling_roformer.py,
// RoFormerSinusoidalPositionalEmbedding).
#pragma once
#include <torch/types.h>

namespace roformer::convert {

/// (positions, head_size) float32: row p holds sin(p / 10000^(2i / head_size)) for each i, then the
/// cosines. Computed in double precision.
torch::Tensor embed_positions_table(std::int64_t positions, std::int64_t head_size);

}  // namespace roformer::convert
