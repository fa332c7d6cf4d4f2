#include "roformer/position/rotary.h"

#include "roformer/base/error.h"
#include "roformer/rope/rotation.h"

namespace roformer::position {

RotaryEncoding::RotaryEncoding(const EncodingOptions& options)
    : rotary_dim_(options.settings.rotary_dim > 0 ? options.settings.rotary_dim : options.head_size),
      theta_(options.settings.rope_theta),
      layout_(options.settings.rotary_interleaved ? rope::PairLayout::interleaved
                                         : rope::PairLayout::half_split),
      rotates_values_(options.settings.rotary_value) {
  base::require(
      rotary_dim_ % 2 == 0 && rotary_dim_ >= 2 && rotary_dim_ <= options.head_size,
      "[position] expected an even number of rotated dimensions up to the head size {} but got {}",
      options.head_size, rotary_dim_);
}

Positions RotaryEncoding::prepare(const torch::Tensor& position_ids, torch::ScalarType type) {
  const auto angles = rope::angles(position_ids, rotary_dim_, theta_, type);
  return {position_ids, {angles.cos, angles.sin}};
}

torch::Tensor RotaryEncoding::transform(const torch::Tensor& x, const Positions& positions,
                                        Role role, std::int64_t) const {
  if (role == Role::value && !rotates_values_) return x;
  return rope::rotate(x, {positions.prepared[0], positions.prepared[1]}, layout_);
}

torch::Tensor RotaryEncoding::transform_packed(torch::Tensor qkv,
                                               const Positions& positions, std::int64_t) const {
  const rope::Angles angles{positions.prepared[0], positions.prepared[1]};
  return rope::rotate_packed_(std::move(qkv), angles, layout_, rotates_values_ ? 3 : 2);
}

}  // namespace roformer::position
