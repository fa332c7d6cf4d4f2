#include "roformer/task/epochs.h"

#include <fmt/format.h>

#include <algorithm>

namespace roformer::task {
namespace {

bool asks_for_epochs(const train::TrainingOptions& training) {
  return !data::have_steps(training.stages) || training.evaluate_every == 0 ||
         training.checkpoint_every == 0;
}

std::size_t stage_of_intervals(const std::vector<data::Stage>& stages) {
  const auto in_epochs = std::find_if(stages.begin(), stages.end(),
                                      [](const data::Stage& stage) { return stage.epochs > 0; });
  return in_epochs == stages.end() ? 0 : static_cast<std::size_t>(in_epochs - stages.begin());
}

}  // namespace

std::vector<double> batches_in_epochs(const Recipe& recipe, const RecipeTask& task) {
  std::vector<double> batches;
  if (!asks_for_epochs(recipe.training)) return batches;
  for (const data::Stage& stage : recipe.training.stages)
    batches.push_back(task.batches_in_epoch(stage));
  return batches;
}

train::TrainingOptions training_in_steps(const Recipe& recipe, const std::vector<double>& batches) {
  train::TrainingOptions training = recipe.training;
  if (!asks_for_epochs(training)) return training;
  const std::size_t every = stage_of_intervals(training.stages);
  const std::int64_t epoch =
      data::steps_of_epochs(1, batches.at(every), training.stages[every].accumulate);
  for (std::int64_t* interval : {&training.evaluate_every, &training.checkpoint_every})
    if (*interval == 0) *interval = epoch;
  for (std::size_t i = 0; i < training.stages.size(); ++i) {
    data::Stage& stage = training.stages[i];
    if (stage.epochs == 0) continue;
    stage.steps = data::steps_of_epochs(stage.epochs, batches.at(i), stage.accumulate);
    stage.epochs = 0;
    training.recipe[fmt::format("stage.{}.steps", i)] = to_toml(stage.steps);
  }
  train::set_total(training.schedule, data::total_steps(training.stages));
  return training;
}

}  // namespace roformer::task
