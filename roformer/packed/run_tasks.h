// What the operators around kernels share: whom a kernel serves, and the loop over its tasks,
// unequal pieces of work on all threads of LibTorch.
#pragma once
#include <ATen/Parallel.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace roformer::packed {

/// Whether a kernel of ours takes it: float32 on the CPU.
inline bool is_float_on_cpu(const torch::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat32;
}

/// Whether a gradient is asked for of one of the inputs, which may be undefined.
inline bool wants_gradient(std::initializer_list<torch::Tensor> inputs) {
  return torch::GradMode::is_enabled() && std::ranges::any_of(inputs, [](const torch::Tensor& x) {
           return x.defined() && x.requires_grad();
         });
}

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
