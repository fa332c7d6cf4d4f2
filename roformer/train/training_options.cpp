#include "roformer/train/training_options.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "roformer/base/error.h"
#include "roformer/base/option.h"

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

const std::vector<std::string>& schedule_kinds() {
  static const std::vector<std::string> kinds{"constant", "linear", "cosine", "inverse_sqrt"};
  return kinds;
}

void validate(const Schedule& schedule) {
  base::require_text("[train]", {"schedule.kind", "", {}, schedule_kinds()}, schedule.kind);
  base::require(
      schedule.warmup_steps >= 0 && schedule.warmup_steps <= schedule.total_steps,
      "[train] expected schedule.warmup_steps between 0 and the {} steps of the run but got {}",
      schedule.total_steps, schedule.warmup_steps);
  for (const auto& [key, ratio] : {std::pair{"initial_ratio", schedule.initial_ratio},
                                   {"final_ratio", schedule.final_ratio},
                                   {"warmup_share", schedule.warmup_share}}) {
    base::require(ratio >= 0 && ratio <= 1,
                  "[train] expected schedule.{} between 0 and 1 but got {}", key, ratio);
  }
}

std::int64_t fitting_warmup(std::int64_t warmup_steps, std::int64_t total_steps) {
  if (warmup_steps <= total_steps) return warmup_steps;
  return std::max<std::int64_t>(1, total_steps / 10);
}

void set_total(Schedule& schedule, std::int64_t total_steps) {
  constexpr double rounding = 1e-12;  // 0.29 · 100 is 29
  const double shared = schedule.warmup_share * static_cast<double>(total_steps) * (1 + rounding);
  schedule.total_steps = total_steps;
  schedule.warmup_steps = schedule.warmup_share > 0
                              ? static_cast<std::int64_t>(shared)
                              : fitting_warmup(schedule.warmup_steps, total_steps);
}

double schedule_factor(const Schedule& schedule, std::int64_t step) {
  const auto warmup = static_cast<double>(schedule.warmup_steps);
  const auto now = static_cast<double>(step);
  if (step < schedule.warmup_steps)
    return schedule.initial_ratio + (1 - schedule.initial_ratio) * (now + 1) / warmup;
  if (schedule.kind == "constant") return 1;
  if (schedule.kind == "inverse_sqrt") return std::sqrt(std::max(1.0, warmup) / (now + 1));

  const double span = std::max(1.0, static_cast<double>(schedule.total_steps) - warmup);
  const double done = std::min(1.0, (now - warmup) / span);
  const double left =
      schedule.kind == "linear" ? 1 - done : 0.5 * (1 + std::cos(std::numbers::pi * done));
  return schedule.final_ratio + (1 - schedule.final_ratio) * left;
}

}  // namespace roformer::train
