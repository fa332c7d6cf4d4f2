#include "roformer/position/learned.h"

#include <torch/torch.h>

#include "roformer/position/layer_parameters.h"
#include "roformer/position/table_range.h"

namespace roformer::position {

LearnedEncoding::LearnedEncoding(const EncodingOptions& options) {
  require_rows(options.max_positions);
  weight_ =
      register_parameter("weight", drawn({options.max_positions, options.embedding_size}, options));
}

Positions LearnedEncoding::prepare(const torch::Tensor& position_ids, torch::ScalarType) {
  require_in_table(position_ids, weight_.size(0));
  return {position_ids, {}};
}

torch::Tensor LearnedEncoding::embed(const torch::Tensor& x, const torch::Tensor&,
                                     const Positions& positions) const {
  return x + torch::embedding(weight_, positions.ids);
}

}  // namespace roformer::position
