// Rows of floats in a narrow form, and the loop over the tasks of a product.
#pragma once
#include <torch/types.h>

#include "roformer/product/narrow_product_kernel.h"

namespace roformer::product {

/// What a product reads of x (M, size).
struct NarrowRows {
  torch::Tensor bytes;   // (M, row bytes)
  torch::Tensor scales;  // (M) float32, of int8
  torch::Tensor zeros;   // (M) int32, of int8
};

/// x (M, size): contiguous float32 on the CPU.
NarrowRows rounded_rows(const torch::Tensor& x);
/// The same as int8, each column times its factor (size).
NarrowRows quantized_rows(const torch::Tensor& x, const torch::Tensor& factors);

/// Fills the rows of a product and runs it on all threads. M > 0 rows.
void run_narrow_product(NarrowProduct product, const NarrowRows& rows);

}  // namespace roformer::product
