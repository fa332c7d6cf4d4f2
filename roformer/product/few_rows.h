// A few rows in memory, as one token at a time asks for: products with them go without LibTorch and
// without a barrier.
#pragma once
#include <algorithm>
#include <cstdint>

#include "roformer/base/helpers.h"
#include "roformer/product/activation_kernel.h"

namespace roformer::product {

/// The most rows; beyond, LibTorch's operators cost little beside the products.
constexpr std::int64_t kMostFewRows = 8;

struct FewRows {
  const float* x = nullptr;                // (rows, in)
  std::int64_t rows = 0;                   // at most kMostFewRows
  const float* bias = nullptr;             // (out) or none
  const Activation* activation = nullptr;  // or none
  float* y = nullptr;                      // (rows, out)
};

/// work(block_begin, block_end) for all blocks of a weight, some at once, by the caller and its
/// helpers.
template <typename Work>
void share_blocks(std::int64_t blocks, std::int64_t block_bytes, base::Helpers& helpers,
                  const Work& work) {
  constexpr std::int64_t piece_bytes = 1 << 16;  // some microseconds of a thread
  const std::int64_t at_once =
      std::max<std::int64_t>(1, piece_bytes / std::max<std::int64_t>(1, block_bytes));
  helpers.share((blocks + at_once - 1) / at_once, [&](std::int64_t piece) {
    work(piece * at_once, std::min(blocks, (piece + 1) * at_once));
  });
}

}  // namespace roformer::product
