// Tensors (N, H, D) as what the kernels read and write, and the loop over a kernel's tasks.
#pragma once
#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

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

/// Runs work(task, scratch) for all tasks on all threads; whoever is free takes the next. Each task
/// writes memory of its own, so the result does not depend on who did it.
template <typename Task, typename Work>
void run_tasks(const std::vector<Task>& tasks, std::int64_t scratch_floats, const Work& work) {
  if (tasks.empty()) return;
  const auto threads =
      std::min<std::int64_t>(at::get_num_threads(), static_cast<std::int64_t>(tasks.size()));
  // A cache line more for each thread, so that rows start at whole vectors.
  const std::int64_t room = (scratch_floats + 31) / 16 * 16;
  const torch::Tensor scratch = torch::empty({threads, room}, torch::kFloat32);
  auto* const memory = scratch.data_ptr<float>();
  std::atomic<std::size_t> next{0};
  at::parallel_for(0, threads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t thread = begin; thread < end; ++thread) {
      for (std::size_t i = next++; i < tasks.size(); i = next++)
        work(tasks[i], memory + thread * room);
    }
  });
}

}  // namespace roformer::attention
