#include "roformer/product/narrow_blocks.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include "roformer/base/cpu_isa.h"
#include "roformer/product/narrow_product_kernel.h"

namespace roformer::product {
namespace {

using torch::Tensor;

Tensor empty_blocks(std::int64_t outputs, std::int64_t row_bytes) {
  return torch::empty(
      {column_blocks(outputs), row_bytes / kGroupBytes, kColumnsTogether, kGroupBytes},
      torch::kUInt8);
}

}  // namespace

Tensor blocks_by_row(const Tensor& bytes) {
  const std::int64_t outputs = bytes.size(0), row_bytes = bytes.size(1);
  Tensor blocks = empty_blocks(outputs, row_bytes);
  const auto* const source = bytes.const_data_ptr<std::uint8_t>();
  auto* const target = blocks.data_ptr<std::uint8_t>();
  base::with_isa([&](auto isa) {
    at::parallel_for(0, blocks.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
      blocks_of_rows<isa()>(source, outputs, row_bytes, target, begin, end);
    });
  });
  return blocks;
}

Tensor blocks_by_column(const Tensor& x) {
  constexpr std::int64_t grain = 4;  // pairs of rows
  const std::int64_t row_bytes = narrow_row_bytes(NarrowType::bfloat16, x.size(0));
  const std::int64_t pairs = row_bytes / kGroupBytes;
  Tensor blocks = empty_blocks(x.size(1), row_bytes);
  const auto* const source = x.const_data_ptr<float>();
  auto* const target = blocks.data_ptr<std::uint8_t>();
  base::with_isa([&](auto isa) {
    at::parallel_for(0, pairs, grain, [&](std::int64_t begin, std::int64_t end) {
      blocks_of_columns<isa()>(source, x.size(0), x.size(1), pairs, target, begin, end);
    });
  });
  return blocks;
}

}  // namespace roformer::product
