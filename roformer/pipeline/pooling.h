// A vector of each sequence's hidden states.
#pragma once
#include <torch/types.h>

#include <vector>

#include "roformer/model/encoder.h"
#include "roformer/packed/packed_batch.h"
#include "roformer/pipeline/sentence_folder.h"

namespace roformer::pipeline {

/// hidden (N, H) of a batch of B sequences → (B, H), as sentence-transformers' Pooling computes it.
/// The first `skipped` tokens of each sequence count in no vector (a prompt's); where a sequence
/// has no others, cls is that of its first token, max is −∞ and all else 0. Not for
/// Pooling::pooler.
torch::Tensor pool(const torch::Tensor& hidden, const packed::PackedBatch& batch, Pooling pooling,
                   std::int64_t skipped = 0);

/// The vectors of several poolings side by side, (B, width), of what an encoder makes of a batch:
/// where [CLS] alone is asked for its last layer computes nothing else. With a pooler the encoder is
/// a model::PooledEncoder. `options` are without rows.
torch::Tensor pooled_states(model::Encoder& encoder, const packed::PackedBatch& batch,
                            const std::vector<Pooling>& poolings, std::int64_t skipped = 0,
                            model::ForwardOptions options = {});

}  // namespace roformer::pipeline
