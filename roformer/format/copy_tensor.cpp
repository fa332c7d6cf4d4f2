#include "roformer/format/copy_tensor.h"

#include <torch/types.h>

#include <algorithm>

namespace roformer::format {

void copy_tensor(const torch::Tensor& target, const TensorSource& file, const std::string& name) {
  constexpr std::int64_t piece_bytes = 16 << 20;
  const torch::Tensor source = file.tensor(name);
  if (target.dim() == 0 || target.size(0) == 0) {
    target.copy_(source);
    return;
  }
  const std::int64_t row_bytes = static_cast<std::int64_t>(source.nbytes()) / source.size(0);
  const std::int64_t rows =
      std::max<std::int64_t>(1, piece_bytes / std::max<std::int64_t>(1, row_bytes));
  for (std::int64_t begin = 0; begin < target.size(0); begin += rows) {
    const std::int64_t count = std::min(rows, target.size(0) - begin);
    target.narrow(0, begin, count).copy_(source.narrow(0, begin, count));
    if (rows < target.size(0)) file.drop_pages();
  }
}

}  // namespace roformer::format
