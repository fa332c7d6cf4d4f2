#include "roformer/position/shaw.h"

#include <torch/types.h>

#include "roformer/position/position_encoding.h"
#include "roformer/position/tables.h"

namespace roformer::position {
namespace {

class ShawEncoding : public PositionEncoding {
 public:
  explicit ShawEncoding(const EncodingOptions& options) : clip_(options.settings.shaw_clip) {
    std::vector<std::int64_t> shape = {2 * clip_ + 1, options.head_size};
    if (options.settings.shaw_per_head) shape.insert(shape.begin(), options.num_heads);
    keys_ = add_layer_tables(*this, "key", shape, options.num_layers);
    values_ = add_layer_tables(*this, "value", shape, options.num_layers);
  }

  std::optional<DistanceTerms> distance_terms(const DistanceInputs& inputs) const override {
    const auto layer = static_cast<std::size_t>(inputs.layer);
    return DistanceTerms{.queries = clipped_table(inputs, keys_.at(layer), clip_),
                         .values = clipped_table(inputs, values_.at(layer), clip_)};
  }
  bool acts_on_values() const override { return true; }

 private:
  std::int64_t clip_;
  std::vector<torch::Tensor> keys_, values_;
};

}  // namespace

std::shared_ptr<PositionEncoding> Shaw::make(const EncodingOptions& options) {
  return std::make_shared<ShawEncoding>(options);
}

}  // namespace roformer::position
