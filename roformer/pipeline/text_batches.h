// Pieces of lines computed together: batches, device, no gradients.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "roformer/packed/packed_batch.h"
#include "roformer/pipeline/text_pieces.h"

namespace roformer::pipeline {

/// Sequence i is piece pieces[i].
struct TextBatch {
  packed::PackedBatch tokens;  // on the device; positions from 0
  std::span<const std::size_t> pieces;
  std::span<const std::int32_t> begins;  // row of each sequence's first token
};

/// Calls `compute` for batches of the pieces `wanted`, without gradients: those of like length
/// together, at most options.tokens_per_batch tokens, or one piece that is longer.
void compute_batches(std::span<const Piece> pieces, std::span<const std::size_t> wanted,
                     const TextOptions& options,
                     const std::function<void(const TextBatch&)>& compute);

/// The same for all pieces.
void compute_batches(std::span<const Piece> pieces, const TextOptions& options,
                     const std::function<void(const TextBatch&)>& compute);

}  // namespace roformer::pipeline
