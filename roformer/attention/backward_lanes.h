// How the gradient of softmax attention is shared out: pieces of keys, each of which sums up the
// gradients of its keys, and lanes of pieces that are computed one after the other because they add
// to the same gradients of an encoding's tables. Both hang on the shapes alone, never on the number
// of threads, and so do the sums to the bit.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/attention/softmax_attention_kernel.h"
#include "roformer/attention/span.h"

namespace roformer::attention {

/// Piece `number` of `count` of a span's keys.
struct KeyPiece {
  std::size_t span;
  Range keys;
  std::int64_t number, count;
  std::int64_t partial_row =
      0;  // where what it gives to the queries' gradient stands, but for the first
};

struct BackwardLane {
  std::int64_t head, number;
  std::vector<KeyPiece> pieces;
};

struct BackwardLanes {
  std::vector<BackwardLane> lanes;  // most work first
  std::int64_t lanes_a_head = 0;
  std::int64_t longest_piece = 0;
  std::int64_t partial_rows = 0;
};

/// The lanes of all heads. `summed`: gradients of tables are asked for, so few lanes, of several
/// pieces each; else each piece is a lane.
BackwardLanes make_lanes(const std::vector<Span>& spans, std::int64_t heads, bool summed);

}  // namespace roformer::attention
