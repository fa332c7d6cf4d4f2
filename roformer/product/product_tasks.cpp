#include "roformer/product/product_tasks.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace roformer::product {

std::vector<ProductTask> product_tasks(std::int64_t rows, std::int64_t blocks,
                                       std::int64_t rows_together, std::int64_t tasks_each) {
  const std::int64_t chunks = (rows + rows_together - 1) / rows_together;
  const std::int64_t wanted = tasks_each * at::get_num_threads();
  const std::int64_t parts = std::clamp<std::int64_t>((wanted + chunks - 1) / chunks, 1, blocks);
  std::vector<ProductTask> tasks;
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
    for (std::int64_t part = 0; part < parts; ++part)
      tasks.push_back({chunk * rows_together, std::min(rows, (chunk + 1) * rows_together),
                       blocks * part / parts, blocks * (part + 1) / parts});
  }
  return tasks;
}

}  // namespace roformer::product
