// `rotary` (the paper's own; Eq. 14 to 16 and 34): queries and keys turn by their position, so that
// their product depends on the distance alone:
//   q_m = R_m W_q x_m, k_n = R_n W_k x_n, R_m turning dimensions (2i, 2i + 1) by m base^(−2i / D).
// With linear attention the features turn instead
// (Eq. 19). The arithmetic is in rope/: angles.h, scaling.h for longer sequences, xpos.h.
#pragma once
#include "roformer/position/position_encoding.h"
#include "roformer/rope/angles.h"
#include "roformer/rope/pair_layout.h"
#include "roformer/rope/scaling.h"

namespace roformer::position {

/// The scaling that the settings ask for; L0 is `max_positions` unless they name it. Throws Error
/// for an unknown name.
rope::Scaling scaling_of(const EncodingSettings& settings, std::int64_t max_positions);

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

}  // namespace roformer::position
