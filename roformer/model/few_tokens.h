// One token more of each of a few sequences: the blocks of a decoder on rows in memory, without
// LibTorch's operators, which cost more than such a step computes, and without barriers. Each module
// has its part as `forward_few`; what it must equal is its `forward`.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "roformer/attention/token_attention.h"
#include "roformer/base/helpers.h"
#include "roformer/position/position_encoding.h"

namespace roformer::model {

/// What a step needs, kept from step to step.
class FewTokens {
 public:
  /// With threads of its own beside the caller's, all in all as many as LibTorch's but not more
  /// than such steps can use.
  FewTokens();
  FewTokens(const FewTokens&) = delete;
  FewTokens& operator=(const FewTokens&) = delete;

  base::Helpers& helpers() { return helpers_; }
  attention::TokenWork& work() { return work_; }

  /// Begins a step of tokens at these positions, from x (rows, hidden).
  void begin(position::PositionEncoding& encoding, std::span<const std::int64_t> positions,
             const torch::Tensor& x);
  std::int64_t rows() const { return std::ssize(angles_); }

  /// Of each row, if something turns; else null.
  std::span<const attention::TokenAngles> angles() const { return angles_; }
  const position::TokenRotation& rotation() const { return rotation_; }
  std::int64_t rotary_dim() const { return rotary_dim_; }

  // (rows, …) each
  std::vector<float> x, other;  // hidden states; `other` receives the next ones
  std::vector<float> qkv, attended, dense, inner;

 private:
  // Cosines and sines of neighbouring positions, which follow each other in decoding.
  struct Block {
    std::int64_t first = -1;
    torch::Tensor cos, sin;
  };
  const Block& block_of(position::PositionEncoding& encoding, std::int64_t position,
                        std::size_t row);

  base::Helpers helpers_;
  attention::TokenWork work_;
  position::TokenRotation rotation_;
  std::int64_t rotary_dim_ = 0;
  std::vector<attention::TokenAngles> angles_;
  std::vector<Block> blocks_;  // one a row, which another row may share
};

/// Memory of at least `count` floats.
inline float* room_for(std::vector<float>& memory, std::int64_t count) {
  if (std::ssize(memory) < count) memory.resize(static_cast<std::size_t>(count));
  return memory.data();
}

}  // namespace roformer::model
