#include "roformer/task/language_kind.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/task/recipe_sections.h"

namespace roformer::task {

void LanguageKind::read(SectionReader& /*task*/, const base::TomlTable& root,
                        Recipe& recipe) const {
  read_model(root, /*is_decoder=*/use_ == data::DataUse::causal_language, recipe);
  recipe.options = read_data(root, use_, recipe);
}

void LanguageKind::validate(const Recipe& recipe) const {
  require_sound(recipe.model, recipe.path.string());
  std::int64_t longest = recipe.evaluation.length;
  for (const auto& stage : recipe.training.stages) longest = std::max(longest, stage.length);
  require_positions(recipe.model, longest, "the longest sequence");
}

data::DataOptions LanguageKind::text_options(const Recipe& recipe,
                                             const std::filesystem::path& vocabulary) {
  auto options = options_of<data::DataOptions>(recipe);
  if (!vocabulary.empty() && !options.is_bytes()) options.vocabulary = vocabulary.string();
  return options;
}

}  // namespace roformer::task
