#include "roformer/position/position_encoding.h"

#include <torch/types.h>

#include <cmath>

#include "roformer/base/error.h"

namespace roformer::position {

using torch::Tensor;

Tensor PositionEncoding::transform_packed(Tensor qkv, const Positions& positions,
                                          std::int64_t layer) const {
  if (!transforms()) return qkv;
  const auto parts = qkv.unbind(1);
  return torch::stack({transform(parts[0], positions, Role::query, layer),
                       transform(parts[1], positions, Role::key, layer),
                       transform(parts[2], positions, Role::value, layer)},
                      1);
}

Tensor PositionEncoding::score_bias(const ScoreInputs&) const {
  base::fail("[position] expected an encoding that acts on scores but {} does not", name());
}

Tensor PositionEncoding::value_term(const ValueInputs&) const {
  base::fail("[position] expected an encoding that acts on values but {} does not", name());
}

double PositionEncoding::score_divisor(std::int64_t head_size) const {
  return std::sqrt(static_cast<double>(head_size));
}

bool PositionEncoding::is_drawn(const std::string& name) const {
  return !name.ends_with("bias") && name.find("LayerNorm") == std::string::npos;
}

std::shared_ptr<PositionEncoding> make_encoding(const EncodingOptions& options) {
  std::shared_ptr<PositionEncoding> made;
  with_encoding(options.settings, [&](const auto& encoding) { made = encoding.make(options); });
  made->acts_on_scores_ = acts_on_single_scores(options.settings);
  return made;
}

}  // namespace roformer::position
