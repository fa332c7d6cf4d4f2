// Eq. 4's sinusoid as a table, for encodings that make distances of it.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace roformer::position {

/// Throws Error for an odd size: sines and cosines come in pairs.
void require_sinusoid_size(std::int64_t size);

/// positions (R) int64, any sign → (R, size): sine and cosine side by side, as `sinusoidal` has
/// them. Throws Error for an odd size.
torch::Tensor sinusoid_table(const torch::Tensor& positions, std::int64_t size,
                             torch::ScalarType type);

/// The same with all sines before all cosines.
torch::Tensor sinusoid_table_in_halves(const torch::Tensor& positions, std::int64_t size,
                                       torch::ScalarType type);

}  // namespace roformer::position
