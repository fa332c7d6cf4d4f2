// `rotary` (the paper's own; Eq. 14 to 16 and 34): queries and keys turn by their position, so that
// their product depends on the distance alone. The arithmetic is in rope/.
#pragma once
#include "roformer/position/position_encoding.h"
#include "roformer/rope/pair_layout.h"

namespace roformer::position {

class RotaryEncoding : public PositionEncoding {
 public:
  /// Throws Error for an odd or too large number of rotated dimensions.
  explicit RotaryEncoding(const EncodingOptions& options);

  Positions prepare(const torch::Tensor& position_ids, torch::ScalarType type) override;
  torch::Tensor transform(const torch::Tensor& x, const Positions& positions, Role role,
                          std::int64_t layer) const override;
  torch::Tensor transform_packed(torch::Tensor qkv, const Positions& positions,
                                 std::int64_t layer) const override;
  bool transforms() const override { return true; }

 private:
  std::int64_t rotary_dim_;
  double theta_;
  rope::PairLayout layout_;
  bool rotates_values_;
};

}  // namespace roformer::position
