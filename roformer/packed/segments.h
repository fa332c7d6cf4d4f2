// Sums and means over the tokens of each sequence.
#pragma once
#include <torch/types.h>

#include "roformer/packed/packed_batch.h"

namespace roformer::packed {

/// The sequence of each token, (N) int64 where cu_seqlens is.
torch::Tensor sequence_of_tokens(const torch::Tensor& cu_seqlens);

/// rows (M, C), row i of sequence `sequences`[i] (M, int64, on the same device) → (count, C).
torch::Tensor segment_sum(const torch::Tensor& rows, const torch::Tensor& sequences,
                          std::int64_t count);

/// values (N, C) of a batch of B sequences → (B, C); 0 for a sequence without tokens.
torch::Tensor segment_mean(const torch::Tensor& values, const PackedBatch& batch);

}  // namespace roformer::packed
