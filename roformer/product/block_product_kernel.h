// y = f(x Wᵀ + b) in float32 from a weight that is laid out by blocks of outputs. No torch, no std
// containers.
#pragma once
#include <cstdint>

#include "roformer/base/isa.h"
#include "roformer/product/activation_kernel.h"

namespace roformer::product {

/// Outputs of a block: they lie side by side for each input, two cache lines.
constexpr std::int64_t kBlockOutputs = 32;

/// Rows that go through all blocks of a task together: a multiple of what a tile takes, 256 KiB of
/// their inputs at a time.
constexpr std::int64_t kBlockRows = 252;

struct BlockProduct {
  const float* x = nullptr;  // (rows, inputs)
  std::int64_t inputs = 0;
  const float* blocks = nullptr;  // (outputs / 32, block_inputs, 32), padded with zeros
  std::int64_t block_inputs = 0;  // at least `inputs`
  std::int64_t outputs = 0;
  const float* bias = nullptr;             // (outputs) or none
  const Activation* activation = nullptr;  // or none
  float* y = nullptr;                      // (rows, outputs)
};

/// Rows row_begin … row_end − 1 of the outputs of blocks block_begin … block_end − 1. Each sum runs
/// over the inputs in order, so that a row gives the same bits whatever rows are beside it.
template <base::Isa isa>
void block_product(const BlockProduct& product, std::int64_t row_begin, std::int64_t row_end,
                   std::int64_t block_begin, std::int64_t block_end);

}  // namespace roformer::product
