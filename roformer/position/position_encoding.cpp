#include "roformer/position/position_encoding.h"

#include <torch/torch.h>

#include <cmath>

#include "roformer/base/error.h"

namespace roformer::position {

using torch::Tensor;

Positions PositionEncoding::prepare(const Tensor& position_ids, torch::ScalarType) const {
  return {position_ids, {}};
}

Tensor PositionEncoding::embed(const Tensor& x, const Positions&) const {
  return x;
}

Tensor PositionEncoding::transform(const Tensor& x, const Positions&, Role) const {
  return x;
}

Tensor PositionEncoding::transform_packed(Tensor qkv, const Positions& positions) const {
  if (!transforms()) return qkv;
  const auto parts = qkv.unbind(1);
  return torch::stack(
      {transform(parts[0], positions, Role::query), transform(parts[1], positions, Role::key),
       transform(parts[2], positions, Role::value)},
      1);
}

Tensor PositionEncoding::score_bias(const Tensor&, const Tensor&, const Tensor&,
                                    const Tensor&) const {
  base::fail("[position] expected an encoding that acts on scores but {} does not", name());
}

Tensor PositionEncoding::value_term(const Tensor&, const Tensor&, const Tensor&) const {
  base::fail("[position] expected an encoding that acts on values but {} does not", name());
}

double PositionEncoding::score_divisor(std::int64_t head_size) const {
  return std::sqrt(static_cast<double>(head_size));
}

}  // namespace roformer::position
