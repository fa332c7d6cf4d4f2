#include "roformer/task/material.h"

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/base/non_finite.h"
#include "roformer/task/kind.h"
#include "roformer/train/task.h"
#include "roformer/train/training_report.h"

namespace roformer::task {

std::int64_t count_parameters(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  return count;
}

namespace {

std::shared_ptr<const Material> open_with(const Recipe& recipe,
                                          const std::filesystem::path& vocabulary) {
  auto material = find_kind(recipe.task, recipe.path.string()).open(recipe, vocabulary);
  spdlog::info("data: {}", material->summary());
  return material;
}

void describe(const Recipe& recipe, RecipeTask& task) {
  spdlog::info("{}: {:.1f} M parameters, {} steps, {} an epoch", recipe.name,
               static_cast<double>(count_parameters(task.module())) / 1e6,
               data::total_steps(recipe.training.stages), task.epoch());
  const train::Schedule& schedule = recipe.training.schedule;
  const std::string& asked = recipe.training.recipe.at("schedule.warmup_steps");
  if (asked != to_toml(schedule.warmup_steps))
    spdlog::warn(
        "schedule.warmup_steps = {} is more than the {} steps of the run: {} instead, a tenth",
        asked, schedule.total_steps, schedule.warmup_steps);
}

}  // namespace

std::shared_ptr<const Material> open_material(const Recipe& recipe) {
  return open_with(recipe, recipe.checkpoint);
}

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

train::Metrics evaluate_model(const Recipe& recipe, const std::filesystem::path& folder,
                              data::Split split, torch::Device device) {
  base::require(std::filesystem::is_directory(folder),
                "[task] expected a checkpoint folder at {} but there is none", folder.string());
  const auto task = open_with(recipe, folder)->load_task(recipe, folder, device);
  train::Metrics figures = train::evaluate(*task, split);
  task->add_figures(split, figures);
  for (const auto& [name, value] : figures)
    base::require(std::isfinite(value),
                  "[task] {}: expected a finite {} but got {}: the model's weights are damaged",
                  folder.string(), name, base::non_finite_word(value));
  return figures;
}

}  // namespace roformer::task
