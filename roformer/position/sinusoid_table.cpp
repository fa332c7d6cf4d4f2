#include "roformer/position/sinusoid_table.h"

#include <torch/torch.h>

#include "roformer/position/sinusoidal.h"

namespace roformer::position {

torch::Tensor sinusoid_table(const torch::Tensor& positions, std::int64_t size,
                             torch::ScalarType type) {
  EncodingOptions options;
  options.embedding_size = size;
  return SinusoidalEncoding(options).prepare(positions, type).prepared.at(0);
}

torch::Tensor sinusoid_table_in_halves(const torch::Tensor& positions, std::int64_t size,
                                       torch::ScalarType type) {
  const torch::Tensor pairs = sinusoid_table(positions, size, type).unflatten(-1, {size / 2, 2});
  return pairs.transpose(-1, -2).flatten(-2);
}

}  // namespace roformer::position
