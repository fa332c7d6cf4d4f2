// Causal linear attention over its tasks on all threads, whichever kernel computes them: what has to
// be known of other pieces is summed up first.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/attention/linear_tasks.h"
#include "roformer/packed/run_tasks.h"

namespace roformer::attention {

/// sum(task, sums, scratch) adds the keys and values of a task to its sums; attend(task, sums,
/// scratch) computes its results from them. `room`: floats of scratch that either needs.
template <typename Sum, typename Attend>
void attend_pieces(const LinearTasks& all, const TaskSums& sums, std::int64_t room, const Sum& sum,
                   const Attend& attend) {
  std::vector<LinearTask> followed;
  for (const LinearTask& task : all.tasks) {
    if (task.behind >= 0) followed.push_back(task);
  }
  packed::run_tasks(followed, room, [&](const LinearTask& task, float* memory) {
    sum(task, sums.of_piece(task), memory);
  });
  sums.boundaries().add_up_forward(all);
  const std::int64_t aligned = (room + 15) / 16 * 16;
  packed::run_tasks(all.tasks, aligned + sums.scratch(),
                    [&](const LinearTask& task, float* memory) {
                      attend(task, sums.of(task, memory + aligned), memory);
                    });
}

/// work(task, pass, sums, scratch) computes one half of a task's gradient. `before`: the sums that
/// the forward pass left at the boundaries. The half of the queries sums up what the keys of earlier
/// pieces need, so theirs come behind.
template <typename Work>
void attend_pieces_backward(const LinearTasks& all, const BoundarySums& before,
                            const BoundarySums& behind, std::int64_t room, const Work& work) {
  struct Half {
    LinearTask task;
    GradientPass pass;
  };
  std::vector<Half> at_once, later;
  for (const LinearTask& task : all.tasks) {
    (task.behind < 0 ? at_once : later).push_back({task, GradientPass::keys_and_values});
    at_once.push_back({task, GradientPass::queries});
  }
  const auto run = [&](const Half& half, float* memory) {
    const LinearTask& task = half.task;
    const GradientSums sums = half.pass == GradientPass::queries
                                  ? GradientSums{before.at(task.before), behind.at(task.before)}
                                  : GradientSums{behind.at(task.behind), {nullptr, nullptr}};
    work(task, half.pass, sums, memory);
  };
  packed::run_tasks(at_once, room, run);
  behind.add_up_backward(all);
  packed::run_tasks(later, room, run);
}

}  // namespace roformer::attention
