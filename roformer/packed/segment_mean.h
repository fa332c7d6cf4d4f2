// The mean over the tokens of each sequence.
#pragma once
#include <torch/types.h>

#include "roformer/packed/packed_batch.h"

namespace roformer::packed {

/// values (N, C) of a batch of B sequences → (B, C); 0 for a sequence without tokens.
torch::Tensor segment_mean(const torch::Tensor& values, const PackedBatch& batch);

}  // namespace roformer::packed
