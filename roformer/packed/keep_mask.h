// Dropout masks in LibTorch's operators, from the same counters as the kernels' (base/random.h).
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "roformer/base/random.h"

namespace roformer::packed {

/// One row of the mask a key: (rows, columns) bool on the CPU, true where an element is kept;
/// `dropout` is the probability that it is not.
torch::Tensor keep_mask(const std::vector<base::RowKey>& keys, std::int64_t columns,
                        double dropout);
/// The same of rows first … first + rows − 1 of the mask of `seed`.
torch::Tensor keep_mask(std::uint64_t seed, std::int64_t first, std::int64_t rows,
                        std::int64_t columns, double dropout);

}  // namespace roformer::packed
