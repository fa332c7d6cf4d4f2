#include "roformer/position/huang.h"

#include <torch/types.h>

#include "roformer/position/distances.h"
#include "roformer/position/position_encoding.h"
#include "roformer/position/tables.h"

namespace roformer::position {
namespace {

class HuangEncoding : public PositionEncoding {
 public:
  /// Throws Error without max_position_embeddings.
  explicit HuangEncoding(const EncodingOptions& options) : max_positions_(options.max_positions) {
    require_rows(max_positions_);
    tables_ = add_layer_tables(*this, "distances", {2 * max_positions_ - 1, options.head_size},
                               options.num_layers);
  }

  /// Throws Error for a position outside the table.
  Positions prepare(const torch::Tensor& position_ids, torch::ScalarType) override {
    require_in_table(position_ids, max_positions_);
    return {position_ids, {}};
  }
  torch::Tensor score_bias(const ScoreInputs& inputs) const override {
    const Distances distances(inputs.q_positions, inputs.k_positions);
    const torch::Tensor& table = tables_.at(static_cast<std::size_t>(inputs.layer));
    const torch::Tensor vectors =
        in_type_of(inputs.q, table.index_select(0, (max_positions_ - 1) - distances.values()))
            .t();  // (D, R)
    return (distances.of_queries(torch::matmul(inputs.q, vectors)) +
            distances.of_keys(torch::matmul(inputs.k, vectors))) /
           score_divisor(inputs.q.size(-1));
  }

 private:
  std::int64_t max_positions_;
  std::vector<torch::Tensor> tables_;
};

}  // namespace

std::shared_ptr<PositionEncoding> Huang::make(const EncodingOptions& options) {
  return std::make_shared<HuangEncoding>(options);
}

}  // namespace roformer::position
