#include "roformer/task/labelled_kind.h"

namespace roformer::task {

void set_fine_tuning(Recipe& recipe) {
  constexpr double warmup_share = 0.1;
  train::TrainingOptions& training = recipe.training;
  training.learning_rate = 2e-5;
  training.schedule.warmup_steps =
      static_cast<std::int64_t>(warmup_share * static_cast<double>(training.schedule.total_steps));
  training.keep_best = true;
  recipe.evaluation.sequences = 0;
}

}  // namespace roformer::task
