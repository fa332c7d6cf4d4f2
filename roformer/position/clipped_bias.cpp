#include "roformer/position/clipped_bias.h"

#include <torch/nn/module.h>

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

  std::optional<DistanceTerms> distance_terms(const DistanceInputs& inputs) const override {
    const torch::Tensor rows = (-inputs.distances).clamp(-clip_, clip_) + clip_;
    // (2c + 1, 1 or H)
    const torch::Tensor table = table_.to(inputs.like).view({2 * clip_ + 1, -1});
    return DistanceTerms{.numbers = table.index_select(0, rows).t()};
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
