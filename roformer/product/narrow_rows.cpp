#include "roformer/product/narrow_rows.h"

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>

#include "roformer/base/cpu_isa.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/product/product_tasks.h"

namespace roformer::product {

using torch::Tensor;

namespace {

// Floats a thread takes at once.
constexpr std::int64_t kRowsGrain = 16 * 1024;

// Of a product for each thread, so that the last one does not wait long for the others.
constexpr std::int64_t kTasksEach = 4;

// Rows of this size that a thread takes at once.
std::int64_t grain_of(std::int64_t size) {
  return std::max<std::int64_t>(1, kRowsGrain / std::max<std::int64_t>(1, size));
}

}  // namespace

NarrowRows rounded_rows(const Tensor& x) {
  const std::int64_t size = x.size(1), bytes = narrow_row_bytes(NarrowType::bfloat16, size);
  NarrowRows rows;
  rows.bytes = torch::empty({x.size(0), bytes}, torch::kUInt8);
  const auto* const source = x.const_data_ptr<float>();
  auto* const target = rows.bytes.data_ptr<std::uint8_t>();
  base::with_isa([&](auto isa) {
    at::parallel_for(0, x.size(0), grain_of(size), [&](std::int64_t begin, std::int64_t end) {
      round_rows<isa()>(source, size, target, bytes, begin, end);
    });
  });
  return rows;
}

NarrowRows quantized_rows(const Tensor& x, const Tensor& factors) {
  const std::int64_t count = x.size(0), size = x.size(1);
  const std::int64_t bytes = narrow_row_bytes(NarrowType::int8, size);
  NarrowRows rows;
  rows.bytes = torch::empty({count, bytes}, torch::kUInt8);
  rows.scales = torch::empty({count}, torch::kFloat32);
  rows.zeros = torch::empty({count}, torch::kInt32);
  const auto *const source = x.const_data_ptr<float>(), *const of = factors.const_data_ptr<float>();
  auto* const target = rows.bytes.data_ptr<std::uint8_t>();
  auto* const scales = rows.scales.data_ptr<float>();
  auto* const zeros = rows.zeros.data_ptr<std::int32_t>();
  base::with_isa([&](auto isa) {
    at::parallel_for(0, count, grain_of(size), [&](std::int64_t begin, std::int64_t end) {
      quantize_rows<isa()>(source, of, size, target, bytes, scales, zeros, begin, end);
    });
  });
  return rows;
}

void run_narrow_product(NarrowProduct product, const NarrowRows& rows) {
  product.rows = rows.bytes.const_data_ptr<std::uint8_t>();
  product.row_bytes = rows.bytes.size(1);
  if (product.type == NarrowType::int8) {
    product.row_scales = rows.scales.const_data_ptr<float>();
    product.row_zeros = rows.zeros.const_data_ptr<std::int32_t>();
  }
  base::with_isa([&](auto isa) {
    packed::run_tasks(
        product_tasks(rows.bytes.size(0), column_blocks(product.columns), kRowsTogether,
                      kTasksEach),
        narrow_scratch(product.row_bytes), [&](const ProductTask& task, float* scratch) {
          narrow_product<isa()>(product, task.row_begin, task.row_end, task.block_begin,
                                task.block_end, reinterpret_cast<std::int32_t*>(scratch));
        });
  });
}

}  // namespace roformer::product
