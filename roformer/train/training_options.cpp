#include "roformer/train/training_options.h"

namespace roformer::train {
namespace {

std::string value_or_nothing(const FlatRecipe& recipe, const std::string& key) {
  const auto found = recipe.find(key);
  return found == recipe.end() ? "nothing" : found->second;
}

}  // namespace

std::optional<RecipeDifference> first_difference(
    const FlatRecipe& first, const FlatRecipe& second,
    const std::function<bool(const std::string& key)>& counts) {
  FlatRecipe all = first;
  all.insert(second.begin(), second.end());
  for (const auto& [key, value] : all) {
    const std::string a = value_or_nothing(first, key), b = value_or_nothing(second, key);
    if (a != b && counts(key)) return RecipeDifference{key, a, b};
  }
  return std::nullopt;
}

}  // namespace roformer::train
