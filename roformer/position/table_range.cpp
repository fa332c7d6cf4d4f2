#include "roformer/position/table_range.h"

#include <torch/types.h>

#include "roformer/base/error.h"

namespace roformer::position {

void require_rows(std::int64_t rows) {
  base::require(rows > 0, "[position] expected max_position_embeddings > 0 but got {}", rows);
}

std::int64_t length_of(const torch::Tensor& position_ids) {
  if (position_ids.numel() == 0) return 0;
  const auto [low, high] = torch::aminmax(position_ids);
  const auto least = low.item<std::int64_t>();
  base::require(least >= 0, "[position] expected positions >= 0 but got {}", least);
  return high.item<std::int64_t>() + 1;
}

void require_in_table(const torch::Tensor& position_ids, std::int64_t rows) {
  const std::int64_t length = length_of(position_ids);
  base::require(length <= rows,
                "[position] expected positions below {} (rows of the learned table, "
                "max_position_embeddings) but got {}",
                rows, length - 1);
}

}  // namespace roformer::position
