#include "roformer/task/recipe_task.h"

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/task/causal_language_task.h"
#include "roformer/task/masked_language_task.h"
#include "roformer/task/translation_task.h"

namespace roformer::task {
namespace {

std::shared_ptr<const Material> material_of(const Recipe& recipe) {
  const int threads = static_cast<int>(recipe.threads);
  if (recipe.task == causal_language_kind)
    return std::make_shared<const CausalLanguageMaterial>(
        data::open_token_stream(recipe.data, threads));
  if (recipe.task == translation_kind)
    return std::make_shared<const TranslationMaterial>(
        std::make_shared<const parallel::ParallelCorpus>(recipe.parallel, threads));
  return std::make_shared<const MaskedLanguageMaterial>(
      std::make_shared<const data::Corpus>(recipe.data, threads));
}

}  // namespace

std::shared_ptr<const Material> open_material(const Recipe& recipe) {
  auto material = material_of(recipe);
  spdlog::info("data: {}", material->summary());
  return material;
}

train::Metrics evaluate_model(Recipe recipe, const std::filesystem::path& folder, data::Split split,
                              torch::Device device) {
  base::require(std::filesystem::is_directory(folder),
                "[task] expected a checkpoint folder at {} but there is none", folder.string());
  if (recipe.task == translation_kind) {
    recipe.parallel.vocabulary = folder.string();
    recipe.parallel.codes.clear();
  } else if (!recipe.data.is_bytes()) {
    recipe.data.vocabulary = folder.string();
  }
  auto figures = open_material(recipe)->load_task(recipe, folder, device)->figures(split);
  for (const auto& [name, value] : figures)
    base::require(std::isfinite(value),
                  "[task] {}: expected a finite {} but got {}: the model's weights are damaged",
                  folder.string(), name, value);
  return figures;
}

}  // namespace roformer::task
