#include "roformer/packed/keep_mask.h"

#include <torch/types.h>

namespace roformer::packed {

using torch::Tensor;

Tensor keep_mask(const std::vector<base::RowKey>& keys, std::int64_t columns, double dropout) {
  constexpr std::int64_t low = 0xFFFFFFFF;
  const auto rows = static_cast<std::int64_t>(keys.size());
  Tensor first = torch::empty({rows, 1}, torch::kInt64),
         second = torch::empty({rows, 1}, torch::kInt64);
  for (std::int64_t r = 0; r < rows; ++r) {
    first.data_ptr<std::int64_t>()[r] = keys[static_cast<std::size_t>(r)].first;
    second.data_ptr<std::int64_t>()[r] = keys[static_cast<std::size_t>(r)].second;
  }
  // The low 32 bits of an int64 product are right even when it overflows.
  Tensor x = (torch::arange(columns, torch::kInt64) * 0x9E3779B9 + first).bitwise_and(low);
  x = x.bitwise_xor(x.bitwise_right_shift(16));
  x = (x * 0x7FEB352D).bitwise_and(low).bitwise_xor(second);
  x = x.bitwise_xor(x.bitwise_right_shift(15));
  x = (x * 0x846CA68B).bitwise_and(low);
  x = x.bitwise_xor(x.bitwise_right_shift(16));
  return x >= static_cast<std::int64_t>(base::drop_threshold(dropout));
}

Tensor keep_mask(std::uint64_t seed, std::int64_t first, std::int64_t rows, std::int64_t columns,
                 double dropout) {
  std::vector<base::RowKey> keys;
  for (std::int64_t row = first; row < first + rows; ++row)
    keys.push_back(base::row_key(seed, static_cast<std::uint64_t>(row)));
  return keep_mask(keys, columns, dropout);
}

}  // namespace roformer::packed
