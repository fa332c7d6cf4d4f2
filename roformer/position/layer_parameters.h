// Parameters of an encoding: drawn as tables and products are, one for the model or one a layer.
#pragma once
#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "roformer/position/position_encoding.h"

namespace roformer::position {

/// A tensor of `shape`, drawn from N(0, options.initializer_range²).
torch::Tensor drawn(torch::IntArrayRef shape, const EncodingOptions& options);

/// One drawn tensor a layer, registered in `owner` as "layer.{i}.name".
std::vector<torch::Tensor> add_layer_tables(torch::nn::Module& owner, const std::string& name,
                                            torch::IntArrayRef shape,
                                            const EncodingOptions& options);

/// A product (out, in) with bias 0, registered in `owner` as "name.weight" and "name.bias".
torch::nn::Linear add_product(torch::nn::Module& owner, const std::string& name, std::int64_t in,
                              std::int64_t out, const EncodingOptions& options);

/// The group "layer.{i}" of `owner`, made at the first call.
torch::nn::Module& layer_group(torch::nn::Module& owner, std::int64_t layer);

/// x (…, H · D) → (…, H, …, D): rows (R, H · D) as heads (H, R, D), (G, T, H · D) as (G, H, T, D).
torch::Tensor split_heads(const torch::Tensor& x, std::int64_t num_heads);

}  // namespace roformer::position
