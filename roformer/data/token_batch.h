// A batch as plain vectors: what data/ produces and packed/ turns into tensors.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace roformer::data {

/// N tokens of B sequences, end to end, no padding. Made by `append` alone.
struct TokenBatch {
  std::vector<std::int64_t> tokens;            // (N)
  std::vector<std::int32_t> cu_seqlens = {0};  // (B + 1): where each sequence begins, and the end
  std::vector<std::int64_t> position_ids;      // (N): 0, 1, … in each sequence
  std::vector<std::int64_t> segment_ids;       // (N)

  /// Adds a sequence, which may be empty: `ids` at positions `first_position` and on, of segment 0
  /// or of `segments`, one an id. Throws Error for more tokens than int32 can count.
  void append(std::span<const std::int64_t> ids, std::int64_t first_position = 0,
              std::span<const std::int32_t> segments = {});
  /// The same for narrower ids.
  void append(std::span<const std::int32_t> ids, std::int64_t first_position = 0,
              std::span<const std::int32_t> segments = {});

 private:
  template <typename Id>
  void append_ids(std::span<const Id> ids, std::int64_t first_position,
                  std::span<const std::int32_t> segments);
};

/// Whether the second segment of a sequence follows the first, by BERT's numbers; `none` of a
/// sequence with one segment.
enum class PairLabel : std::int64_t { follows = 0, other_text = 1, none = -100 };

/// A batch for the masked language model: the tokens after masking, where a prediction is asked
/// for, and what stood there.
struct MaskedBatch {
  TokenBatch batch;
  std::vector<std::int64_t> masked_positions;  // (M) indices into tokens, ascending
  std::vector<std::int64_t> labels;            // (M) original ids
  std::vector<PairLabel> pairs;                // (B); empty: nothing is asked of them
};

/// A batch for a causal language model: each token is asked for the one that follows it.
struct CausalBatch {
  TokenBatch batch;
  std::vector<std::int64_t> labels;  // (N) the next ids
};

/// For translation models: what is read, what stands before each asked token, what is asked for.
struct PairBatch {
  TokenBatch source;                 // ids </s>
  TokenBatch target;                 // the start token, ids
  std::vector<std::int64_t> labels;  // (target's N) ids </s>
};

}  // namespace roformer::data
