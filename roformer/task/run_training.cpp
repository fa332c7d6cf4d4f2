#include "roformer/task/run_training.h"

#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/train/training_report.h"

namespace roformer::task {

std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  return count;
}

namespace {

void describe(const Recipe& recipe, RecipeTask& task) {
  spdlog::info("{}: {:.1f} M parameters, {} steps, {} an epoch", recipe.name,
               static_cast<double>(count_parameters(task.module())) / 1e6,
               data::total_steps(recipe.training.stages), task.epoch());
}

}  // namespace

train::Outcome run_training(const Recipe& recipe, const Material& material,
                            train::RunFolder& folder, torch::Device device) {
  train::TrainingOptions training = recipe.training;
  training.recipe["data (content of the text and vocabulary)"] = material.fingerprint();
  const auto task = material.make_task(recipe, device);
  describe(recipe, *task);
  train::Trainer trainer(*task, std::move(training), folder);
  const std::string recipe_text = recipe.resolved.to_toml();
  base::write_file_atomically(folder.path() / "recipe.toml", recipe_text);
  const auto outcome = trainer.run();
  train::write_training_report(folder.path(), recipe.name, recipe_text);
  return outcome;
}

}  // namespace roformer::task
