#include "roformer/format/copy_tensor.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace roformer::format {
namespace {

// work(piece, first_row) for some rows after the other, the whole where there are none: the file
// never has more than one piece in memory.
template <typename Work>
void for_each_piece(const TensorSource& file, const std::string& name, const Work& work) {
  constexpr std::int64_t piece_bytes = 16 << 20;
  const torch::Tensor tensor = file.tensor(name);
  if (tensor.dim() == 0 || tensor.size(0) == 0) return work(tensor, std::int64_t{0});
  const std::int64_t size = tensor.size(0);
  const std::int64_t row_bytes = static_cast<std::int64_t>(tensor.nbytes()) / size;
  const std::int64_t rows =
      std::max<std::int64_t>(1, piece_bytes / std::max<std::int64_t>(1, row_bytes));
  for (std::int64_t begin = 0; begin < size; begin += rows) {
    work(tensor.narrow(0, begin, std::min(rows, size - begin)), begin);
    if (rows < size) file.drop_pages();
  }
}

}  // namespace

void copy_tensor(const torch::Tensor& target, const TensorSource& file, const std::string& name) {
  for_each_piece(file, name, [&](const torch::Tensor& piece, std::int64_t first_row) {
    if (piece.dim() == 0) {
      target.copy_(piece);
    } else {
      target.narrow(0, first_row, piece.size(0)).copy_(piece);
    }
  });
}

bool is_finite(const TensorSource& file, const std::string& name) {
  bool finite = true;
  for_each_piece(file, name, [&](const torch::Tensor& piece, std::int64_t) {
    finite = finite && torch::isfinite(piece).all().item<bool>();
  });
  return finite;
}

}  // namespace roformer::format
