// A run that goes on with more or fewer steps than it began with.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "roformer/train/training_options.h"
#include "roformer/train/training_state.h"

namespace roformer::train {

/// Whether a key of the recipe has no part in what is learned: how often something is written,
/// where files lie (their content is compared). The seed has one.
bool is_without_effect(std::string_view key);

/// Whether a key of [data] says where text lies.
bool names_text(std::string_view key);

/// Throws Error naming the first key that differs from the saved run's and may not. What may: keys
/// of [run] but the seed and the precision and of [checkpoint], which do not change what is learned; where files lie,
/// since their content is compared; the steps or epochs of a stage that is not over yet, whole
/// stages that have not begun, the warm-up where the number of steps is another, and how many
/// evaluations without progress end the run.
void require_same_run(const TrainingState& saved, const FlatRecipe& now,
                      const std::filesystem::path& folder);

/// What changes for a run whose number of steps is another now, in words: the learning rate where
/// the schedule depends on the total. Empty where the number is the same.
std::string describe_extension(const TrainingState& saved, const TrainingOptions& now);

}  // namespace roformer::train
