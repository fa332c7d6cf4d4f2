// Tensors (N, H, D) as what the kernels read and write.
#pragma once
#include <torch/types.h>

#include <cstdint>

#include "roformer/attention/head_matrix.h"

namespace roformer::attention {

/// Rows of (N, heads, D) in memory: heads of a row stand together, rows at any distance.
template <typename Scalar>
struct HeadRows {
  Scalar* data;
  std::int64_t row_stride, size;

  /// One head, from row `first_row` on.
  HeadMatrix<Scalar> at(std::int64_t first_row, std::int64_t head) const {
    return {data + first_row * row_stride + head * size, row_stride};
  }
};

/// x (N, H, D) with dense rows, to read.
inline HeadRows<const float> read_rows(const torch::Tensor& x) {
  return {x.const_data_ptr<float>(), x.stride(0), x.size(2)};
}
/// The same to write.
inline HeadRows<float> write_rows(const torch::Tensor& x) {
  return {x.data_ptr<float>(), x.stride(0), x.size(2)};
}

/// x itself if the heads of a row stand together, else a copy.
inline torch::Tensor with_dense_rows(const torch::Tensor& x) {
  const bool dense =
      (x.size(2) == 1 || x.stride(2) == 1) && (x.size(1) == 1 || x.stride(1) == x.size(2));
  return dense ? x : x.contiguous();
}

}  // namespace roformer::attention
