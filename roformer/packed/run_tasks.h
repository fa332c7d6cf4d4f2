// The loop over a kernel's tasks: unequal pieces of work on all threads of LibTorch.
#pragma once
#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

namespace roformer::packed {

/// Runs work(task, scratch) for all tasks on all threads; whoever is free takes the next. `scratch`
/// are at least `scratch_floats` floats of the thread's own, of no certain values. Each task writes
/// memory of its own, so the result does not depend on who did it.
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

}  // namespace roformer::packed
