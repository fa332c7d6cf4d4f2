// Sequences of a prefix language model (UniLM, Dong et al. 2019), as SimBERT and RoFormer-Sim learn
// them: a text that is seen whole, and one that follows it from left to right.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "roformer/data/token_batch.h"

namespace roformer::data {

/// N tokens of B sequences, each [CLS] A [SEP] of segment 0, then B [SEP] of segment 1. The
/// vectors of A's tokens, [CLS] among them, are those of A alone.
struct PrefixBatch {
  TokenBatch batch;
  std::vector<std::int64_t> prefix_lengths;  // (B) for model::ForwardOptions
  std::vector<std::int64_t> asked;           // (M) tokens that are asked for the next one
  std::vector<std::int64_t> labels;          // (M) the next ids

  /// Adds a sequence: `first` with the special tokens around it, `second` with the one that ends
  /// it. The last token of `first` is asked for the first of `second`, and so on; with an empty
  /// `second` nothing is asked. Throws Error for an empty `first`, and as TokenBatch::append does.
  void append(std::span<const std::int32_t> first, std::span<const std::int32_t> second);
};

}  // namespace roformer::data
