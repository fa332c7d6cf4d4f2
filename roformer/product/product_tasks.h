// How a product is shared out among threads: blocks of its outputs, for some rows at once.
#pragma once
#include <cstdint>
#include <vector>

namespace roformer::product {

struct ProductTask {
  std::int64_t row_begin, row_end, block_begin, block_end;
};

/// Of all `blocks` for `rows` rows, of which a task takes at most `rows_together`; some
/// `tasks_each` for each thread, so that the last one does not wait long for the others.
std::vector<ProductTask> product_tasks(std::int64_t rows, std::int64_t blocks,
                                       std::int64_t rows_together, std::int64_t tasks_each);

}  // namespace roformer::product
