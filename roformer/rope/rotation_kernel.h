// The rotation of Eq. 34 on rows in memory. Included by files compiled per instruction set: no
// torch, no std containers.
#pragma once
#include <cstdint>

#include "roformer/base/isa.h"
#include "roformer/rope/pair_layout.h"

namespace roformer::rope {

// Storage of the two half types; the kernel widens them to float and rounds to nearest even on the
// way back.
struct BFloat16Bits {
  std::uint16_t bits;
};
struct HalfBits {
  std::uint16_t bits;
};

/// H heads a token. Element d of head h of token n is data[n * token_stride + h * head_stride + d].
template <typename Scalar>
struct TokenHeads {
  Scalar* data;
  std::int64_t token_stride;
  std::int64_t head_stride;
};

/// Rotates the first `rotary_dim` dimensions of `heads` heads of tokens begin .. end − 1, from
/// `source` into `target` (which may be the same memory; else the other dimensions are copied up to
/// `head_size`). cos, sin: (tokens, rotary_dim / 2), contiguous. Angle is double for double, float
/// for all else.
template <typename Scalar, typename Angle>
struct RotationTask {
  TokenHeads<const Scalar> source;
  TokenHeads<Scalar> target;
  const Angle* cos;
  const Angle* sin;
  std::int64_t heads;
  std::int64_t head_size;
  std::int64_t rotary_dim;
  PairLayout layout;
  Direction direction;
};

template <base::Isa isa, typename Scalar, typename Angle>
void rotate_rows(const RotationTask<Scalar, Angle>& task, std::int64_t begin, std::int64_t end);

}  // namespace roformer::rope
