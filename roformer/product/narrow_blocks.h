// The blocks in which units read a narrow weight.
#pragma once
#include <torch/types.h>

namespace roformer::product {

/// (blocks, row bytes / 4, 32, 4) bytes: output i is row i of `bytes` (outputs, row bytes), which
/// are of either type and padded as narrow rows are.
torch::Tensor blocks_by_row(const torch::Tensor& bytes);

/// The same of bfloat16, where output j is column j of x (N, outputs), contiguous float32: products
/// with it sum over x's rows.
torch::Tensor blocks_by_column(const torch::Tensor& x);

}  // namespace roformer::product
