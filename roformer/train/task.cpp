#include "roformer/train/task.h"

namespace roformer::train {

ModeGuard::ModeGuard(torch::nn::Module& module, bool training)
    : module_(module), was_training_(module.is_training()) {
  module_.train(training);
}

ModeGuard::~ModeGuard() {
  module_.train(was_training_);
}

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
