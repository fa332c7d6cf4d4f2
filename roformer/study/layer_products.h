// Queries, keys and values of each layer as its own product makes them, before any position enters:
// recomputed from the hidden states that a forward pass can be asked for, so that attention knows
// nothing of being looked at.
#pragma once
#include <torch/types.h>

#include <memory>
#include <vector>

#include "roformer/attention/feature_map.h"
#include "roformer/model/encoder.h"

namespace roformer::study {

/// Of one layer, (N, H, D) each.
struct LayerProducts {
  torch::Tensor q, k, v;
};

/// Of all layers of a batch, and the positions that its encoding prepared.
struct ModelProducts {
  std::vector<LayerProducts> layers;
  position::Positions positions;
};

/// Without gradients.
ModelProducts layer_products(const model::Encoder& encoder, const packed::PackedBatch& batch);

/// The encoding that all layers of a model share.
std::shared_ptr<position::PositionEncoding> encoding_of(const model::Encoder& encoder);

/// φ of a layer of a model with linear attention; holds nothing for others.
attention::FeatureMap feature_map_of(const model::Encoder& encoder, std::int64_t layer);

}  // namespace roformer::study
