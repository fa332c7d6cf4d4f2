#include "roformer/position/clipped_bias.h"

#include <torch/nn/module.h>

#include "roformer/position/distances.h"
#include "roformer/position/position_encoding.h"
#include "roformer/position/tables.h"

namespace roformer::position {
namespace {

class ClippedBiasEncoding : public PositionEncoding {
 public:
  explicit ClippedBiasEncoding(const EncodingOptions& options)
      : clip_(options.settings.clipped_distance) {
    std::vector<std::int64_t> shape = {2 * clip_ + 1};
    if (options.settings.clipped_per_head) shape.push_back(options.num_heads);
    table_ = add_table(*this, "table", shape);
  }

  torch::Tensor score_bias(const ScoreInputs& inputs) const override {
    const Distances distances(inputs.q_positions, inputs.k_positions);
    const torch::Tensor rows = (-distances.values()).clamp(-clip_, clip_) + clip_;
    // (2c + 1, 1 or H)
    const torch::Tensor table = in_type_of(inputs.q, table_).view({2 * clip_ + 1, -1});
    return distances.spread(table.index_select(0, rows).t());
  }

 private:
  std::int64_t clip_;
  torch::Tensor table_;
};

}  // namespace

std::shared_ptr<PositionEncoding> ClippedBias::make(const EncodingOptions& options) {
  return std::make_shared<ClippedBiasEncoding>(options);
}

}  // namespace roformer::position
