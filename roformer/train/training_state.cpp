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
  const auto changed =
      first_difference(saved, current, [](const std::string& key) { return !may_change(key); });
  if (!changed) return;
  base::fail(
      "[train] expected the recipe that {} was started with but {} was {} and is now {}: give the "
      "old value (or the release that began it) to go on, or another --out to start anew",
      folder.string(), changed->key, changed->first, changed->second);
}

}  // namespace roformer::train
