// What encodings with tables share: parameters, one for the model or one a layer; rows by position, by distance, and of sinusoids.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "roformer/position/position_encoding.h"

namespace roformer::position {

/// A tensor of `shape`, not drawn yet, registered in `owner` as "name".
torch::Tensor add_table(torch::nn::Module& owner, const std::string& name,
                        torch::IntArrayRef shape);

/// One such tensor a layer, registered in `owner` as "layer.{i}.name".
std::vector<torch::Tensor> add_layer_tables(torch::nn::Module& owner, const std::string& name,
                                            torch::IntArrayRef shape, std::int64_t num_layers);

/// The parameters of x Wᵀ + b.
struct Product {
  torch::Tensor weight, bias;  // (out, in), (out)
};

/// One that is not drawn yet, its bias 0, registered in `owner` as "name.weight" and "name.bias".
Product add_product(torch::nn::Module& owner, const std::string& name, std::int64_t in,
                    std::int64_t out);

/// The group "layer.{i}" of `owner`, made at the first call.
torch::nn::Module& layer_group(torch::nn::Module& owner, std::int64_t layer);

/// A parameter, which may be undefined, in the type that scores are computed in: x, queries or
/// weights, is float32 where the parameters are of a half type.
torch::Tensor in_type_of(const torch::Tensor& x, const torch::Tensor& parameter);

/// x (…, H · D) → (…, H, …, D): rows (R, H · D) as heads (H, R, D), (G, T, H · D) as (G, H, T, D).
torch::Tensor split_heads(const torch::Tensor& x, std::int64_t num_heads);

/// Throws Error unless each of `position_ids` (N) has one of the `rows`; names
/// max_position_embeddings and the position.
void require_in_table(const torch::Tensor& position_ids, std::int64_t rows);

/// Throws Error naming max_position_embeddings unless `rows` > 0.
void require_rows(std::int64_t rows);

/// Throws Error if a position is negative. The largest one plus 1; 0 if there is none.
std::int64_t length_of(const torch::Tensor& position_ids);

/// Throws Error for an odd size of Eq. 4's sinusoid: sines and cosines come in pairs.
void require_sinusoid_size(std::int64_t size);

/// positions (R) int64, any sign → (R, size): sine and cosine side by side, as `sinusoidal` has
/// them. Throws Error for an odd size.
torch::Tensor sinusoid_table(const torch::Tensor& positions, std::int64_t size,
                             torch::ScalarType type);

/// The same with all sines before all cosines.
torch::Tensor sinusoid_table_in_halves(const torch::Tensor& positions, std::int64_t size,
                                       torch::ScalarType type);

/// A table by distance where all beyond c share a row, r = clip(n − m, −c, c), row r + c: what
/// `shaw` and `nezha` add to keys and values (Eq. 5). `table` is (2c + 1, D), or (H, 2c + 1, D).
DistanceTable clipped_table(const DistanceInputs& inputs, const torch::Tensor& table,
                            std::int64_t clip);

}  // namespace roformer::position
