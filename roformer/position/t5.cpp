#include "roformer/position/t5.h"

#include <torch/torch.h>

#include "roformer/position/distance_buckets.h"
#include "roformer/position/distances.h"
#include "roformer/position/layer_parameters.h"

namespace roformer::position {

T5Encoding::T5Encoding(const EncodingOptions& options)
    : max_distance_(options.settings.t5_max_distance),
      scaled_(options.settings.t5_scaled),
      causal_(options.causal),
      table_(register_parameter(
          "table", drawn({options.settings.t5_buckets, options.num_heads}, options))) {}

double T5Encoding::score_divisor(std::int64_t head_size) const {
  return scaled_ ? PositionEncoding::score_divisor(head_size) : 1.0;
}

torch::Tensor T5Encoding::score_bias(const ScoreInputs& inputs) const {
  const Distances distances(inputs.q_positions, inputs.k_positions);
  const auto buckets_of = causal_ ? t5_causal_buckets : t5_two_sided_buckets;
  const torch::Tensor buckets = buckets_of(distances.values(), table_.size(0), max_distance_);
  return distances.spread(table_.index_select(0, buckets).t());
}

}  // namespace roformer::position
