// The batch that travels through the whole library: all sequences end to end, no padding.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "roformer/data/token_batch.h"

namespace roformer::packed {

/// N tokens of B sequences. Sequence b is tokens[cu_seqlens[b] .. cu_seqlens[b + 1]); may be empty.
struct PackedBatch {
  torch::Tensor tokens;        // (N) int64
  torch::Tensor cu_seqlens;    // (B + 1) int32, on the CPU
  torch::Tensor position_ids;  // (N) int64, the positions that rotate
  torch::Tensor segment_ids;   // (N) int64
  // (B) int32, on the CPU: how many tokens of a sequence, its first ones, are seen by others. The
  // rest look on but are not seen, as padded places of a padded model do. Undefined: all are seen.
  torch::Tensor num_keys = {};
  // (B) int64, on the CPU: how many positions a sequence has reached when all is read of which this
  // batch is a part, for frequencies that change with the length. Undefined: the largest + 1.
  torch::Tensor lengths = {};

  std::int64_t num_tokens() const { return tokens.size(0); }
  std::int64_t num_sequences() const { return cu_seqlens.size(0) - 1; }
  /// The same batch on a device; cu_seqlens stays on the CPU.
  PackedBatch to(torch::Device device) const;
};

/// The farthest positions, ±2^53: float64 has all whole numbers up to there, and distances and
/// lengths stay within int64.
constexpr std::int64_t farthest_position = std::int64_t{1} << 53;

/// The first place of position_ids (N) whose position is farther; none if all are within.
std::optional<std::int64_t> first_too_far(const torch::Tensor& position_ids);

/// The lengths (B) that the positions of a batch's sequences make: `batch.lengths`, or of the
/// tokens that are seen the largest position + 1, at least 0.
std::vector<std::int64_t> sequence_lengths(const PackedBatch& batch);

/// Tensors of a TokenBatch. Throws Error if its vectors disagree, for negative ids and for a
/// sequence without a token, which a 0 too many in cu_seqlens makes; with_empty.h takes those.
PackedBatch from_tokens(const data::TokenBatch& batch);

}  // namespace roformer::packed
