// The border between padded (B, T) tensors, as Hugging Face has them, and the packed batch.
#pragma once
#include <torch/types.h>

#include "roformer/packed/packed_batch.h"

namespace roformer::packed {

/// What a caller of a padded model gives. Undefined tensors stand for the defaults.
struct PaddedInputs {
  torch::Tensor input_ids = {};       // (B, T) int64 or int32
  torch::Tensor attention_mask = {};  // (B, T) 0 or 1 of any type, in any pattern; default all 1
  torch::Tensor token_type_ids = {};  // (B, T) or (1, T); default 0
  torch::Tensor position_ids = {};  // (B, T) or (1, T); default the column, so that padding on the
                                    // left shifts positions
  // (B, T) bool: masked places that are computed nevertheless, looking on unseen, as a padded model
  // computes them; default none. They come last in their sequence (PackedBatch::num_keys).
  torch::Tensor onlookers = {};
};

/// A packed batch that remembers where its tokens stood.
struct PackedInputs {
  PackedBatch batch;
  torch::Tensor places;  // (N) int64: row * T + column of each token
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};

/// Packs the places where the mask is 1. A row without any becomes an empty sequence.
/// Throws Error naming the tensor whose shape, type or values do not fit.
PackedInputs pack(const PaddedInputs& inputs);

/// Values (N, …) of the tokens back at their places: (B, T, …), zero where the mask is 0.
torch::Tensor unpack(const torch::Tensor& values, const PackedInputs& inputs);

}  // namespace roformer::packed
