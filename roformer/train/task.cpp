#include "roformer/train/task.h"

namespace roformer::train {

Metrics evaluate(Task& task, data::Split split) {
  const torch::NoGradGuard no_gradient;
  const ModeGuard evaluation(task.module(), false);
  metric::TokenScore score;
  for (const MicroBatch& batch : task.held_out(split)) {
    const LossSum sum = task.loss(batch, 0);
    score.add({sum.loss.item<double>(), sum.negative_log_likelihood, sum.correct, sum.targets});
  }
  return task.figures(score, split);
}

}  // namespace roformer::train
