#include "roformer/position/huang.h"

#include <torch/types.h>

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
  std::optional<DistanceTerms> distance_terms(const DistanceInputs& inputs) const override {
    const torch::Tensor& table = tables_.at(static_cast<std::size_t>(inputs.layer));
    const torch::Tensor vectors =
        table.index_select(0, (max_positions_ - 1) - inputs.distances).to(inputs.like).unsqueeze(0);
    return DistanceTerms{.queries = {vectors, {}}, .keys = {vectors, {}}};
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
