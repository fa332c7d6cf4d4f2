#include "roformer/task/material.h"

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/base/non_finite.h"
#include "roformer/task/kind.h"
#include "roformer/train/task.h"

namespace roformer::task {
namespace {

std::shared_ptr<const Material> open_with(const Recipe& recipe,
                                          const std::filesystem::path& vocabulary) {
  auto material = find_kind(recipe.task, recipe.path.string()).open(recipe, vocabulary);
  spdlog::info("data: {}", material->summary());
  return material;
}

}  // namespace

std::shared_ptr<const Material> open_material(const Recipe& recipe) {
  return open_with(recipe, {});
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
