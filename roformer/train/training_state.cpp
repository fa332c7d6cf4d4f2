#include "roformer/train/training_state.h"

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/json_text.h"

namespace roformer::train {

bool has_stopped_early(const TrainingState& state, const TrainingOptions& options) {
  return options.patience > 0 && state.not_better >= options.patience &&
         state.step < data::total_steps(options.stages);
}

bool has_ended(const TrainingState& state, const TrainingOptions& options) {
  return state.step >= data::total_steps(options.stages) || has_stopped_early(state, options);
}

void save_state(const TrainingState& state, const std::filesystem::path& path) {
  const nlohmann::json json = {
      {"step", state.step},           {"meter", state.meter_sums},      {"best", state.best},
      {"best_step", state.best_step}, {"not_better", state.not_better}, {"recipe", state.recipe}};
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
    state.not_better = json.value("not_better", std::int64_t{0});
    state.recipe = json.at("recipe").get<FlatRecipe>();
    return state;
  } catch (const nlohmann::json::exception& error) {
    base::fail("[train] expected a training state in {} but got: {}", path.string(), error.what());
  }
}

}  // namespace roformer::train
