#include "roformer/position/sinusoidal.h"

#include <torch/torch.h>

#include "roformer/position/sinusoid_table.h"

namespace roformer::position {

SinusoidalEncoding::SinusoidalEncoding(const EncodingOptions& options)
    : size_(options.embedding_size), halves_(options.settings.sinusoid_halves) {
  require_sinusoid_size(size_);
}

Positions SinusoidalEncoding::prepare(const torch::Tensor& position_ids, torch::ScalarType type) {
  return {position_ids,
          {halves_ ? sinusoid_table_in_halves(position_ids, size_, type)
                   : sinusoid_table(position_ids, size_, type)}};
}

torch::Tensor SinusoidalEncoding::embed(const torch::Tensor& x, const torch::Tensor&,
                                        const Positions& positions) const {
  return x + positions.prepared[0];
}

}  // namespace roformer::position
