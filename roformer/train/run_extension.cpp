#include "roformer/train/run_extension.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <string_view>
#include <vector>

#include "roformer/base/error.h"

namespace roformer::train {
namespace {

template <typename Number>
Number number_of(const FlatRecipe& recipe, const std::string& key) {
  Number value = 0;
  if (const auto found = recipe.find(key); found != recipe.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
  return value;
}

// The step that each stage begins with, and the last one's end.
std::vector<std::int64_t> stage_bounds(const FlatRecipe& recipe) {
  std::vector<std::int64_t> bounds = {0};
  for (std::size_t i = 0; recipe.contains(fmt::format("stage.{}.steps", i)); ++i)
    bounds.push_back(bounds.back() +
                     number_of<std::int64_t>(recipe, fmt::format("stage.{}.steps", i)));
  return bounds;
}

std::int64_t bound(const std::vector<std::int64_t>& bounds, std::size_t stage) {
  return bounds[std::min(stage, bounds.size() - 1)];
}

// Files may lie elsewhere, since the content of text and vocabulary is compared.
bool names_files(std::string_view key) {
  const std::vector<std::string_view> names = {"data.vocabulary", "data.codes", "data.cache",
                                               "model.checkpoint"};
  return std::find(names.begin(), names.end(), key) != names.end() || names_text(key);
}

// Whether "stage.i.name" concerns only steps that are still to come.
bool is_to_come(std::string_view key, std::int64_t step, const std::vector<std::int64_t>& before,
                const std::vector<std::int64_t>& now) {
  constexpr std::string_view section = "stage.";
  if (!key.starts_with(section)) return false;
  std::size_t stage = 0;
  const char* const digits = key.data() + section.size();
  std::from_chars(digits, key.data() + key.size(), stage);
  const bool not_begun = bound(before, stage) >= step && bound(now, stage) >= step;
  const bool not_over = bound(before, stage + 1) >= step && bound(now, stage + 1) >= step;
  return not_begun || (not_over && (key.ends_with(".steps") || key.ends_with(".epochs")));
}

// The rates of the old schedule and the new one in the step to come.
std::string describe_rates(const TrainingState& saved, const TrainingOptions& now,
                           std::int64_t old_total) {
  Schedule before = now.schedule;
  before.warmup_steps = number_of<std::int64_t>(saved.recipe, "schedule.warmup_steps");
  before.warmup_share = number_of<double>(saved.recipe, "schedule.warmup_share");
  set_total(before, old_total);
  const double was = schedule_factor(before, saved.step);
  const double is = schedule_factor(now.schedule, saved.step);
  if (was == is) return "the learning rate goes on as it was";
  return fmt::format(
      "the learning rate of schedule.kind = \"{}\" depends on the number of steps: it goes on at "
      "{:.3g} of its peak in place of {:.3g}, as in a run that was begun with {} steps",
      now.schedule.kind, is, was, now.schedule.total_steps);
}

}  // namespace

bool names_text(std::string_view key) {
  constexpr std::string_view section = "data.";
  if (!key.starts_with(section)) return false;
  const std::string_view name = key.substr(section.size());
  const std::vector<std::string_view> of_rows = {"train", "validation", "test", "folder", "pairs"};
  const std::vector<std::string_view> endings = {"text", "source", "target"};
  // data.text of rows is a column, and a change of that is one of content too.
  return std::find(of_rows.begin(), of_rows.end(), name) != of_rows.end() ||
         std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) {
           return name == ending || name.ends_with(std::string("_") + std::string(ending));
         });
}

bool is_without_effect(std::string_view key) {
  return key.starts_with("checkpoint.") || names_files(key) ||
         (key.starts_with("run.") && key != "run.seed" && key != "run.precision");
}

void require_same_run(const TrainingState& saved, const FlatRecipe& now,
                      const std::filesystem::path& folder) {
  const auto before = stage_bounds(saved.recipe), after = stage_bounds(now);
  // What was not begun by a recipe names no stages.
  base::require(after.size() == 1 || after.back() >= saved.step,
                "[train] expected stages of at least the {} steps that are done in {} but got {}: "
                "give a larger stage.{}.steps",
                saved.step, folder.string(), after.back(), after.size() - 2);
  const bool other_total = before.back() != after.back();
  const auto counts = [&](const std::string& key) {
    // What stands for a content; runs of releases before it was kept have none.
    if (key.find('.') == key.npos && !saved.recipe.contains(key)) return false;
    const bool may_change = is_without_effect(key) || key == "evaluate.patience" ||
                            (other_total && key.starts_with("schedule.warmup_")) ||
                            is_to_come(key, saved.step, before, after);
    return !may_change;
  };
  const auto changed = first_difference(saved.recipe, now, counts);
  if (!changed) return;
  base::fail(
      "[train] expected the recipe that {} was started with but {} was {} and is now {}: give the "
      "old value (or the release that began it) to go on, or another --out to start anew",
      folder.string(), changed->key, changed->first, changed->second);
}

std::string describe_extension(const TrainingState& saved, const TrainingOptions& now) {
  const std::int64_t before = stage_bounds(saved.recipe).back();
  const std::int64_t after = data::total_steps(now.stages);
  if (before == after || before == 0) return {};
  return fmt::format("{} steps in place of {}: {}", after, before,
                     describe_rates(saved, now, before));
}

}  // namespace roformer::train
