#include "roformer/position/nezha.h"

#include <torch/torch.h>

#include "roformer/base/error.h"
#include "roformer/position/clipped_table.h"
#include "roformer/position/sinusoid_table.h"

namespace roformer::position {

NezhaEncoding::NezhaEncoding(const EncodingOptions& options)
    : clip_(options.settings.nezha_clip),
      first_angle_(options.settings.form == "publication" ? -clip_ : 0),
      head_size_(options.head_size) {
  base::require(head_size_ % 2 == 0,
                "[position] expected an even head size for nezha's sinusoids but got {}",
                head_size_);
}

torch::Tensor NezhaEncoding::table(const torch::Tensor& like) const {
  const torch::Tensor angles = torch::arange(first_angle_, first_angle_ + 2 * clip_ + 1);
  return sinusoid_table(angles, head_size_, like.scalar_type()).to(like.options());
}

torch::Tensor NezhaEncoding::score_bias(const ScoreInputs& inputs) const {
  return clipped_key_term(inputs, table(inputs.q), clip_) / score_divisor(inputs.q.size(-1));
}

torch::Tensor NezhaEncoding::value_term(const ValueInputs& inputs) const {
  return clipped_value_term(inputs, table(inputs.weights), clip_);
}

}  // namespace roformer::position
