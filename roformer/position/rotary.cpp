#include "roformer/position/rotary.h"

#include <torch/torch.h>

#include "roformer/base/error.h"
#include "roformer/rope/rotation.h"
#include "roformer/rope/xpos.h"

namespace roformer::position {
namespace {

std::int64_t rotated_size(const EncodingOptions& options) {
  if (options.feature_size > 0) return options.feature_size;
  return options.settings.rotary_dim > 0 ? options.settings.rotary_dim : options.head_size;
}

void require_fitting(const EncodingOptions& options, std::int64_t rotary_dim) {
  const std::int64_t size = options.feature_size > 0 ? options.feature_size : options.head_size;
  base::require(
      rotary_dim % 2 == 0 && rotary_dim >= 2 && rotary_dim <= size,
      "[position] expected an even number of rotated dimensions up to the {} {} but got {}",
      options.feature_size > 0 ? "number of features" : "head size", size, rotary_dim);
  base::require(options.settings.xpos_scale_base == 0 || options.causal,
                "[position] expected xpos_scale_base = 0 in a model that looks both ways but got "
                "{}: xPos multiplies by a power of the distance that falls behind a token and "
                "grows ahead of it (is_decoder makes a model look back only)",
                options.settings.xpos_scale_base);
}

std::int64_t training_length(const EncodingSettings& settings, std::int64_t max_positions) {
  return settings.rope_original_positions > 0 ? settings.rope_original_positions : max_positions;
}

// The angles for a role: one pair for all, or with xPos queries', keys' and, third, values'.
rope::Angles angles_of(const Positions& positions, Role role) {
  const std::size_t first = positions.prepared.size() == 2 ? 0 : 2 * static_cast<std::size_t>(role);
  return {positions.prepared[first], positions.prepared[first + 1]};
}

}  // namespace

rope::Scaling scaling_of(const EncodingSettings& settings, std::int64_t max_positions) {
  rope::Scaling scaling;
  scaling.kind = rope::scaling_kind(settings.rope_scaling);
  scaling.factor = settings.rope_factor;
  scaling.original_length = training_length(settings, max_positions);
  scaling.attention_factor = settings.rope_attention_factor;
  scaling.beta_fast = settings.rope_beta_fast;
  scaling.beta_slow = settings.rope_beta_slow;
  scaling.truncate = settings.rope_truncate;
  scaling.mscale = settings.rope_mscale;
  scaling.mscale_all_dim = settings.rope_mscale_all_dim;
  scaling.low_frequency_factor = settings.rope_low_frequency_factor;
  scaling.high_frequency_factor = settings.rope_high_frequency_factor;
  scaling.partial_factor = settings.rope_partial_factor;
  scaling.short_factor = settings.rope_short_factor;
  scaling.long_factor = settings.rope_long_factor;
  return scaling;
}

// xPos' centre is the middle of the length of training in each pass, so that keys in a cache and
// new ones fit each other, and half the powers are above 1 and half below.
RotaryEncoding::RotaryEncoding(const EncodingOptions& options)
    : rotary_dim_(rotated_size(options)),
      theta_(options.settings.rope_theta),
      scaling_(scaling_of(options.settings, options.max_positions)),
      xpos_scale_base_(options.settings.xpos_scale_base),
      xpos_centre_(
          static_cast<double>((training_length(options.settings, options.max_positions) + 1) / 2)),
      layout_(options.settings.rotary_interleaved ? rope::PairLayout::interleaved
                                                  : rope::PairLayout::half_split),
      rotates_values_(options.settings.rotary_value),
      turns_features_(options.feature_size > 0) {
  require_fitting(options, rotary_dim_);
  frequencies_ = rope::scaled_frequencies(rotary_dim_, theta_, scaling_);
}

rope::Frequencies RotaryEncoding::frequencies_for(std::int64_t length) const {
  if (!rope::depends_on_length(scaling_.kind)) return frequencies_;
  return rope::scaled_frequencies(rotary_dim_, theta_, scaling_, length);
}

Positions RotaryEncoding::prepared(const torch::Tensor& position_ids,
                                   const rope::Angles& plain) const {
  if (xpos_scale_base_ == 0) return {position_ids, {plain.cos, plain.sin}};
  const auto scaled = rope::xpos_angles(plain, position_ids, xpos_scale_base_, xpos_centre_);
  return {
      position_ids,
      {scaled.query.cos, scaled.query.sin, scaled.key.cos, scaled.key.sin, plain.cos, plain.sin}};
}

Positions RotaryEncoding::prepare(const torch::Tensor& position_ids, torch::ScalarType type) {
  const bool whole = rope::depends_on_length(scaling_.kind) && position_ids.numel() > 0;
  const std::int64_t length = whole ? position_ids.max().item<std::int64_t>() + 1 : 0;
  return prepared(position_ids, rope::angles(position_ids, frequencies_for(length), type));
}

Positions RotaryEncoding::prepare_batch(const packed::PackedBatch& batch, torch::ScalarType type) {
  if (!rope::depends_on_length(scaling_.kind)) return prepare(batch.position_ids, type);
  const auto lengths = packed::sequence_lengths(batch);
  std::vector<torch::Tensor> cosines, sines;
  for (std::int64_t b = 0; b < batch.num_sequences(); ++b) {
    const auto first = batch.cu_seqlens[b].item<std::int64_t>(),
               end = batch.cu_seqlens[b + 1].item<std::int64_t>();
    const auto part = rope::angles(batch.position_ids.slice(0, first, end),
                                   frequencies_for(lengths[static_cast<std::size_t>(b)]), type);
    cosines.push_back(part.cos);
    sines.push_back(part.sin);
  }
  if (cosines.empty()) return prepare(batch.position_ids, type);
  return prepared(batch.position_ids, {torch::cat(cosines), torch::cat(sines)});
}

std::optional<rope::FeatureRotation> RotaryEncoding::feature_rotation(
    const Positions& positions) const {
  if (!turns_features_) return std::nullopt;
  return rope::FeatureRotation{angles_of(positions, Role::query), layout_};
}

torch::Tensor RotaryEncoding::transform(const torch::Tensor& x, const Positions& positions,
                                        Role role, std::int64_t) const {
  if (role == Role::value && !rotates_values_) return x;
  return rope::rotate(x, angles_of(positions, role), layout_);
}

torch::Tensor RotaryEncoding::transform_packed(torch::Tensor qkv, const Positions& positions,
                                               std::int64_t layer) const {
  if (turns_features_) return qkv;
  if (xpos_scale_base_ > 0)
    return PositionEncoding::transform_packed(std::move(qkv), positions, layer);
  return rope::rotate_packed_(std::move(qkv), angles_of(positions, Role::query), layout_,
                              rotates_values_ ? 3 : 2);
}

}  // namespace roformer::position
