#include "roformer/position/huang.h"

#include <torch/torch.h>

#include "roformer/position/distances.h"
#include "roformer/position/layer_parameters.h"
#include "roformer/position/table_range.h"

namespace roformer::position {

HuangEncoding::HuangEncoding(const EncodingOptions& options)
    : max_positions_(options.max_positions) {
  require_rows(max_positions_);
  tables_ =
      add_layer_tables(*this, "distances", {2 * max_positions_ - 1, options.head_size}, options);
}

Positions HuangEncoding::prepare(const torch::Tensor& position_ids, torch::ScalarType) {
  require_in_table(position_ids, max_positions_);
  return {position_ids, {}};
}

torch::Tensor HuangEncoding::score_bias(const ScoreInputs& inputs) const {
  const Distances distances(inputs.q_positions, inputs.k_positions);
  const torch::Tensor& table = tables_.at(static_cast<std::size_t>(inputs.layer));
  const torch::Tensor vectors =
      table.index_select(0, (max_positions_ - 1) - distances.values()).t();  // (D, R)
  return (distances.of_queries(torch::matmul(inputs.q, vectors)) +
          distances.of_keys(torch::matmul(inputs.k, vectors))) /
         score_divisor(inputs.q.size(-1));
}

}  // namespace roformer::position
