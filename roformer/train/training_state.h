// What a run needs to go on bit for bit beside model and moments: the step, the sums of the log
// line under way, the best figure so far, and the recipe that it belongs to. Random numbers and
// data are functions of the step: nothing to save.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "roformer/train/training_options.h"

namespace roformer::train {

struct TrainingState {
  std::int64_t step = 0;  // finished steps
  nlohmann::json meter_sums;
  double best = 0;              // the smallest cost of an evaluation, by Task::deciding_figure
  std::int64_t best_step = -1;  // −1: none yet
  std::int64_t not_better = 0;  // evaluations in a row, the last one included
  FlatRecipe recipe;
};

/// Whether a run has ended before its last step, since options.patience evaluations in a row were
/// not better than the best.
bool has_stopped_early(const TrainingState& state, const TrainingOptions& options);
/// Whether a run has nothing left to do: it has all of its steps or has stopped early.
bool has_ended(const TrainingState& state, const TrainingOptions& options);

/// Writes the state as JSON, atomically.
void save_state(const TrainingState& state, const std::filesystem::path& path);
/// Throws Error naming the file and what is wrong with it. What releases before did not count is 0.
TrainingState load_state(const std::filesystem::path& path);

}  // namespace roformer::train
