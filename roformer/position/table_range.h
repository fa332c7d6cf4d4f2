// Tables with a row a position end somewhere.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace roformer::position {

/// Throws Error unless each of `position_ids` (N) has one of the `rows`; names
/// max_position_embeddings and the position.
void require_in_table(const torch::Tensor& position_ids, std::int64_t rows);

/// Throws Error naming max_position_embeddings unless `rows` > 0.
void require_rows(std::int64_t rows);

/// Throws Error if a position is negative. The largest one plus 1; 0 if there is none.
std::int64_t length_of(const torch::Tensor& position_ids);

}  // namespace roformer::position
