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

  torch::Tensor score_bias(const ScoreInputs& inputs) const override {
    return clipped_key_term(inputs, keys_.at(static_cast<std::size_t>(inputs.layer)), clip_) /
           score_divisor(inputs.q.size(-1));
  }
  torch::Tensor value_term(const ValueInputs& inputs) const override {
    return clipped_value_term(inputs, values_.at(static_cast<std::size_t>(inputs.layer)), clip_);
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
