// A vector of each sequence's hidden states.
#pragma once
#include <torch/types.h>

#include "roformer/packed/packed_batch.h"
#include "roformer/pipeline/sentence_folder.h"

namespace roformer::pipeline {

/// hidden (N, H) of a batch of B sequences → (B, H), as sentence-transformers' Pooling computes it.
/// The first `skipped` tokens of each sequence count in no vector (a prompt's); where a sequence
/// has no others, cls is that of its first token, max is −∞ and all else 0. Not for
/// Pooling::pooler.
torch::Tensor pool(const torch::Tensor& hidden, const packed::PackedBatch& batch, Pooling pooling,
                   std::int64_t skipped = 0);

}  // namespace roformer::pipeline
