// y = f(x Wᵀ + b) where x and W are narrow, int8 or bfloat16, and sums are wide. No torch, no std
// containers.
#pragma once
#include <cstddef>
#include <cstdint>

#include "roformer/base/isa.h"
#include "roformer/base/matrix_unit.h"
#include "roformer/product/activation_kernel.h"

namespace roformer::product {

/// int8: rows unsigned with a scale and a zero point each, weights signed with a scale each output,
/// sums in int32. bfloat16: sums in float32.
enum class NarrowType { int8, bfloat16 };

/// Outputs that lie together in a weight: two tiles of 16 columns.
constexpr std::int64_t kColumnsTogether = 32;
/// Bytes of an output that lie together: what one product of a unit takes in.
constexpr std::int64_t kGroupBytes = 4;
/// Bytes of a tile's row: rows and weights are padded to whole ones with zeros.
constexpr std::int64_t kStepBytes = 64;
/// Rows whose sums are kept at once: 32 KiB of them, so that a block of the weight serves them all
/// while it is in the first-level cache.
constexpr std::int64_t kRowsTogether = 256;

constexpr std::int64_t narrow_bytes(NarrowType type) {
  return type == NarrowType::int8 ? 1 : 2;
}
/// Bytes of a row of `size` numbers, padded.
constexpr std::int64_t narrow_row_bytes(NarrowType type, std::int64_t size) {
  return (size * narrow_bytes(type) + kStepBytes - 1) / kStepBytes * kStepBytes;
}
constexpr std::int64_t column_blocks(std::int64_t columns) {
  return (columns + kColumnsTogether - 1) / kColumnsTogether;
}

/// A product. Units of MatrixUnit read a weight by blocks of 32 outputs, and within a block by 4
/// bytes of each output: (blocks, row bytes / 4, 32, 4 bytes). Vectors alone (int8 only) read it as
/// int16, (blocks · 32, row bytes), since AVX2's products of bytes saturate.
struct NarrowProduct {
  NarrowType type = NarrowType::int8;
  base::MatrixUnit unit = base::MatrixUnit::vectors;
  const std::uint8_t* rows = nullptr;  // (M, row_bytes), padded with zeros
  std::int64_t row_bytes = 0;
  const std::uint8_t* weight = nullptr;
  std::int64_t columns = 0;
  // int8: y = row_scale column_scale (sum − row_zero column_sum)
  const float* row_scales = nullptr;          // (M)
  const std::int32_t* row_zeros = nullptr;    // (M)
  const float* column_scales = nullptr;       // (columns)
  const std::int32_t* column_sums = nullptr;  // (columns): of the weight's integers
  const float* bias = nullptr;                // (columns) or none
  const Activation* activation = nullptr;     // or none
  float* y = nullptr;                         // (M, columns)
  bool adds = false;                          // y += …
};

/// 32-bit numbers of scratch memory that a thread needs.
constexpr std::int64_t narrow_scratch(std::int64_t row_bytes) {
  return kRowsTogether * kColumnsTogether + row_bytes;
}

/// Rows row_begin .. row_end − 1 of blocks block_begin .. block_end − 1 of y.
template <base::Isa isa>
void narrow_product(const NarrowProduct& product, std::int64_t row_begin, std::int64_t row_end,
                    std::int64_t block_begin, std::int64_t block_end, std::int32_t* scratch);

/// Rows begin .. end − 1 of x (M, size), each column times its factor, as unsigned bytes of rows
/// (M, row_bytes): factor x ≈ scale (byte − zero), over the row's own range and 0. A row with a
/// number that is none has it as its scale.
template <base::Isa isa>
void quantize_rows(const float* x, const float* factors, std::int64_t size, std::uint8_t* rows,
                   std::int64_t row_bytes, float* scales, std::int32_t* zeros, std::int64_t begin,
                   std::int64_t end);

/// Rows begin .. end − 1 of x (M, size) as bfloat16, rounded to nearest, ties to even.
template <base::Isa isa>
void round_rows(const float* x, std::int64_t size, std::uint8_t* rows, std::int64_t row_bytes,
                std::int64_t begin, std::int64_t end);

/// Blocks of bfloat16 for products that sum over the columns of `rows` (count, row_bytes): output i
/// is row i. Blocks begin .. end − 1; where there are no rows left they are 0.
template <base::Isa isa>
void blocks_of_rows(const std::uint8_t* rows, std::int64_t count, std::int64_t row_bytes,
                    std::uint8_t* blocks, std::int64_t begin, std::int64_t end);

/// Blocks of bfloat16 for products that sum over the rows of x (count, columns): output j is column
/// j. `pairs`: of rows, those of x and the padding; pairs begin .. end − 1.
template <base::Isa isa>
void blocks_of_columns(const float* x, std::int64_t count, std::int64_t columns, std::int64_t pairs,
                       std::uint8_t* blocks, std::int64_t begin, std::int64_t end);

/// Columns begin .. end − 1 of x (count, columns) as rows of bfloat16 (columns, row_bytes).
template <base::Isa isa>
void round_columns(const float* x, std::int64_t count, std::int64_t columns, std::uint8_t* rows,
                   std::int64_t row_bytes, std::int64_t begin, std::int64_t end);

}  // namespace roformer::product
