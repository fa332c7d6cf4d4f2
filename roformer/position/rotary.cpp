#include "roformer/position/rotary.h"

#include <torch/types.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/position/position_encoding.h"
#include "roformer/rope/angles.h"
#include "roformer/rope/rotation.h"

namespace roformer::position {
namespace {

std::int64_t training_length(const Rotary& options, std::int64_t max_positions) {
  const std::int64_t given = options.rope_options.original_length;
  return given > 0 ? given : max_positions;
}

}  // namespace

rope::Scaling scaling_of(const Rotary& options, std::int64_t max_positions) {
  rope::Scaling scaling = options.rope_options;
  scaling.kind = rope::scaling_kind(options.rope_scaling);
  scaling.original_length = training_length(options, max_positions);
  return scaling;
}

namespace {

std::int64_t rotated_size(const EncodingOptions& options) {
  if (options.feature_size > 0) return options.feature_size;
  return options.settings.rotary_dim > 0 ? options.settings.rotary_dim : options.head_size;
}

void require_fitting(const EncodingOptions& options) {
  validate_for(options.settings, options.head_size, options.feature_size);
  base::require(options.settings.xpos_scale_base == 0 || options.causal,
                "[position] expected xpos_scale_base = 0 in a model that looks both ways but got "
                "{}: xPos multiplies by a power of the distance that falls behind a token and "
                "grows ahead of it (is_decoder makes a model look back only)",
                options.settings.xpos_scale_base);
}

// The angles for a role: one pair for all, or with xPos queries', keys' and, third, values'.
rope::Angles angles_of(const Positions& positions, Role role) {
  const std::size_t first = positions.prepared.size() == 2 ? 0 : 2 * static_cast<std::size_t>(role);
  return {positions.prepared[first], positions.prepared[first + 1]};
}

class RotaryEncoding : public PositionEncoding {
 public:
  /// Throws Error for an odd or too large number of rotated dimensions, for options of a scaling
  /// out of their range, and for xPos where tokens look ahead.
  explicit RotaryEncoding(const EncodingOptions& options);

  /// Of `dynamic` and `longrope`, the length of the sequence is the largest position + 1.
  Positions prepare(const torch::Tensor& position_ids, torch::ScalarType type) override;
  /// Each sequence has its own length (packed::sequence_lengths), whatever its neighbours'; keys
  /// that a cache kept stay as they were turned, as in transformers.
  Positions prepare_batch(const packed::PackedBatch& batch, torch::ScalarType type) override;
  torch::Tensor transform(const torch::Tensor& x, const Positions& positions, Role role,
                          std::int64_t layer) const override;
  torch::Tensor transform_packed(torch::Tensor qkv, const Positions& positions,
                                 std::int64_t layer) const override;
  bool transforms() const override { return !turns_features_; }
  std::optional<rope::FeatureRotation> feature_rotation(const Positions& positions) const override;
  std::optional<TokenRotation> token_rotation() const override;

 private:
  rope::Frequencies frequencies_for(std::int64_t length) const;
  Positions prepared(const torch::Tensor& position_ids, const rope::Angles& plain) const;

  std::int64_t rotary_dim_;
  double theta_;
  rope::Scaling scaling_;
  rope::Frequencies frequencies_;  // unless they depend on the length
  double xpos_scale_base_;         // 0: no xPos
  double xpos_centre_;
  rope::PairLayout layout_;
  bool rotates_values_;
  bool turns_features_;
};

// xPos' centre is the middle of the length of training in each pass, so that keys in a cache and
// new ones fit each other, and half the powers are above 1 and half below.
RotaryEncoding::RotaryEncoding(const EncodingOptions& options)
    : rotary_dim_(rotated_size(options)),
      theta_(options.settings.rope_theta),
      scaling_(scaling_of(options.settings, options.max_positions)),
      xpos_scale_base_(options.settings.xpos_scale_base),
      xpos_centre_(std::floor(
          0.5 * static_cast<double>(training_length(options.settings, options.max_positions) + 1))),
      layout_(options.settings.rotary_interleaved ? rope::PairLayout::interleaved
                                                  : rope::PairLayout::half_split),
      rotates_values_(options.settings.rotary_value),
      turns_features_(options.feature_size > 0) {
  require_fitting(options);
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

std::optional<TokenRotation> RotaryEncoding::token_rotation() const {
  if (xpos_scale_base_ > 0 || rope::depends_on_length(scaling_.kind)) return std::nullopt;
  if (turns_features_) return TokenRotation{0, true, layout_};
  return TokenRotation{rotates_values_ ? 3 : 2, false, layout_};
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

}  // namespace

std::shared_ptr<PositionEncoding> Rotary::make(const EncodingOptions& options) {
  return std::make_shared<RotaryEncoding>(options);
}

}  // namespace roformer::position
