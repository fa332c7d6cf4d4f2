#include "roformer/position/shaw.h"

#include <torch/torch.h>

#include "roformer/position/clipped_table.h"
#include "roformer/position/layer_parameters.h"

namespace roformer::position {

ShawEncoding::ShawEncoding(const EncodingOptions& options) : clip_(options.settings.shaw_clip) {
  std::vector<std::int64_t> shape = {2 * clip_ + 1, options.head_size};
  if (options.settings.shaw_per_head) shape.insert(shape.begin(), options.num_heads);
  keys_ = add_layer_tables(*this, "key", shape, options);
  values_ = add_layer_tables(*this, "value", shape, options);
}

torch::Tensor ShawEncoding::score_bias(const ScoreInputs& inputs) const {
  return clipped_key_term(inputs, keys_.at(static_cast<std::size_t>(inputs.layer)), clip_) /
         score_divisor(inputs.q.size(-1));
}

torch::Tensor ShawEncoding::value_term(const ValueInputs& inputs) const {
  return clipped_value_term(inputs, values_.at(static_cast<std::size_t>(inputs.layer)), clip_);
}

}  // namespace roformer::position
