#include "roformer/position/learned.h"

#include <torch/torch.h>

#include "roformer/base/error.h"

namespace roformer::position {

LearnedEncoding::LearnedEncoding(const EncodingOptions& options) {
  base::require(options.max_positions > 0,
                "[position] expected max_position_embeddings > 0 but got {}",
                options.max_positions);
  weight_ =
      register_parameter("weight", torch::empty({options.max_positions, options.embedding_size})
                                       .normal_(0, options.initializer_range));
}

Positions LearnedEncoding::prepare(const torch::Tensor& position_ids, torch::ScalarType) {
  if (position_ids.numel() > 0) {
    const auto low = position_ids.min().item<std::int64_t>(),
               high = position_ids.max().item<std::int64_t>();
    base::require(low >= 0 && high < weight_.size(0),
                  "[position] expected positions below {} (rows of the learned table, "
                  "max_position_embeddings) but got {}",
                  weight_.size(0), low < 0 ? low : high);
  }
  return {position_ids, {}};
}

torch::Tensor LearnedEncoding::embed(const torch::Tensor& x, const torch::Tensor&,
                                     const Positions& positions) const {
  return x + torch::embedding(weight_, positions.ids);
}

}  // namespace roformer::position
