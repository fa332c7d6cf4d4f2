#include "roformer/position/sinusoidal.h"

#include <torch/torch.h>

#include "roformer/base/error.h"
#include "roformer/rope/angles.h"

namespace roformer::position {

SinusoidalEncoding::SinusoidalEncoding(const EncodingOptions& options)
    : size_(options.embedding_size) {
  base::require(size_ % 2 == 0,
                "[position] expected an even embedding size for sinusoids but got {}", size_);
}

Positions SinusoidalEncoding::prepare(const torch::Tensor& position_ids, torch::ScalarType type) {
  // Eq. 4 has the angles of the rotation, over the whole width instead of a head.
  const auto angles = rope::angles(position_ids, size_, 10000.0, type);
  return {position_ids, {torch::stack({angles.sin, angles.cos}, -1).flatten(1).to(type)}};
}

torch::Tensor SinusoidalEncoding::embed(const torch::Tensor& x, const torch::Tensor&,
                                        const Positions& positions) const {
  return x + positions.prepared[0];
}

}  // namespace roformer::position
