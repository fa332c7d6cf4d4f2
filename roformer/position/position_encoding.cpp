#include "roformer/position/position_encoding.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"

namespace roformer::position {

using torch::Tensor;

namespace {

// One more than the largest position.
std::int64_t end_of(const Tensor& m, const Tensor& n) {
  const auto end = [](const Tensor& x) {
    return x.numel() == 0 ? 0 : x.max().item<std::int64_t>() + 1;
  };
  return std::max(end(m), end(n));
}

}  // namespace

Tensor PositionEncoding::transform_packed(Tensor qkv, const Positions& positions,
                                          std::int64_t layer) const {
  if (!transforms()) return qkv;
  const auto parts = qkv.unbind(1);
  return torch::stack({transform(parts[0], positions, Role::query, layer),
                       transform(parts[1], positions, Role::key, layer),
                       transform(parts[2], positions, Role::value, layer)},
                      1);
}

Tensor PositionEncoding::score_bias(const ScoreInputs& inputs) const {
  const Distances distances(inputs.q_positions, inputs.k_positions);
  const auto terms = distance_terms(
      {distances.values(), end_of(inputs.q_positions, inputs.k_positions), inputs.q.options(),
       inputs.layer, inputs.projections, inputs.training, inputs.dropout_seed});
  base::require(terms.has_value(),
                "[position] expected an encoding that acts on scores but {} does not", name());
  return score_bias_of(*terms, distances, inputs.q, inputs.k, inputs.q_positions,
                       inputs.k_positions, score_divisor(inputs.q.size(-1)));
}

Tensor PositionEncoding::value_term(const ValueInputs& inputs) const {
  const Distances distances(inputs.q_positions, inputs.k_positions);
  const auto terms =
      distance_terms({distances.values(), 0, inputs.weights.options(), inputs.layer});
  base::require(terms.has_value() && terms->values.defined(),
                "[position] expected an encoding that acts on values but {} does not", name());
  return value_term_of(*terms, distances, inputs.weights);
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
  made->acts_on_scores_ =
      acts_on_single_scores(options.settings) && made->pair_product() == PairProduct::real;
  return made;
}

}  // namespace roformer::position
