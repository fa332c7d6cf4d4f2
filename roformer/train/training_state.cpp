#include "roformer/train/training_state.h"

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"

namespace roformer::train {

namespace {

// Where files go, how often they are written and how many threads work may change between two parts
// of a run.
bool may_change(const std::string& key) {
  return key.starts_with("checkpoint.") || key == "data.cache" ||
         (key.starts_with("run.") && key != "run.seed");
}

std::string value_or_none(const FlatRecipe& recipe, const std::string& key) {
  const auto found = recipe.find(key);
  return found == recipe.end() ? "nothing" : found->second;
}

}  // namespace

void save_state(const TrainingState& state, const std::filesystem::path& path) {
  const nlohmann::json json = {{"step", state.step},
                               {"meter", state.meter_sums},
                               {"best", state.best},
                               {"best_step", state.best_step},
                               {"recipe", state.recipe}};
  base::write_file_atomically(path, json.dump(2) + "\n");
}

TrainingState load_state(const std::filesystem::path& path) {
  try {
    const auto json = base::parse_json(base::read_file(path), path.string());
    TrainingState state;
    state.step = json.at("step");
    state.meter_sums = json.at("meter");
    state.best = json.at("best");
    state.best_step = json.at("best_step");
    state.recipe = json.at("recipe").get<FlatRecipe>();
    return state;
  } catch (const nlohmann::json::exception& error) {
    base::fail("[train] expected a training state in {} but got: {}", path.string(), error.what());
  }
}

void require_same_recipe(const FlatRecipe& saved, const FlatRecipe& current,
                         const std::filesystem::path& folder) {
  FlatRecipe all = saved;
  all.insert(current.begin(), current.end());
  for (const auto& [key, value] : all) {
    const std::string before = value_or_none(saved, key), now = value_or_none(current, key);
    if (before == now || may_change(key)) continue;
    base::fail(
        "[train] expected the recipe that {} was started with but {} was {} and is now {}: give "
        "the old value to "
        "go on, or another --out to start anew",
        folder.string(), key, before, now);
  }
}

}  // namespace roformer::train
