#include "roformer/study/study_options.h"

#include "roformer/base/error.h"

namespace roformer::study {

std::string recipe_name(const std::string& name, const std::string& scale) {
  return scale == "paper" ? name : name + "-" + scale;
}

std::int64_t default_seeds(const std::string& scale) {
  return scale == "tiny" ? 3 : 1;
}

void require_free_keys(const std::vector<std::string>& changes,
                       const std::vector<std::string>& keys) {
  for (const auto& change : changes) {
    for (const auto& key : keys)
      base::require(!change.starts_with(key + "="),
                    "[study] expected no --set {}, which the study sets itself, but got '{}'", key,
                    change);
  }
}

void require_same_data(const train::FlatRecipe& a, const train::FlatRecipe& b) {
  const auto differs = train::first_difference(a, b, [](const std::string& key) {
    return key.starts_with("data.") || key.starts_with("stage.") || key == "run.seed";
  });
  if (differs)
    base::fail("[study] expected the same {} in both recipes but got {} and {}", differs->key,
               differs->first, differs->second);
}

}  // namespace roformer::study
