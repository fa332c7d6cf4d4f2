#include "roformer/train/task.h"

#include <limits>

namespace roformer::train {

double DecidingFigure::cost_of(const Metrics& figures) const {
  for (const auto& [figure, value] : figures)
    if (figure == name) return cost(value);
  return std::numeric_limits<double>::infinity();
}

Evaluated evaluated_part(Task& task, data::Split split) {
  const torch::NoGradGuard no_gradient;
  const ModeGuard evaluation(task.module(), false);
  Evaluated evaluated{split, {}, {}};
  for (const MicroBatch& batch : task.held_out(split)) {
    LossSum sum = task.loss(batch, 0);
    evaluated.score.add(
        {sum.loss.item<double>(), sum.negative_log_likelihood, sum.correct, sum.targets});
    evaluated.outputs.push_back(std::move(sum.outputs));
  }
  return evaluated;
}

Metrics evaluate(Task& task, data::Split split) {
  const torch::NoGradGuard no_gradient;
  const ModeGuard evaluation(task.module(), false);
  return task.figures(evaluated_part(task, split));
}

}  // namespace roformer::train
