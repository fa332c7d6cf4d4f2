#include "roformer/data/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"

namespace roformer::data {
namespace {

void require_duration(const Stage& stage, std::size_t number) {
  if (stage.epochs == 0) {
    base::require(
        stage.steps >= 1,
        "[data] expected stage.{}.steps to be at least 1 but got {}: give either steps or "
        "epochs",
        number, stage.steps);
    return;
  }
  base::require(std::isfinite(stage.epochs) && stage.epochs > 0,
                "[data] expected stage.{}.epochs to be a number above 0 but got {}", number,
                stage.epochs);
  base::require(stage.steps == 0,
                "[data] expected either steps or epochs in stage.{} but got steps {} and epochs {}",
                number, stage.steps, stage.epochs);
}

}  // namespace

void validate(const std::vector<Stage>& stages) {
  base::require(!stages.empty(),
                "[data] expected at least one [[stage]] in the recipe but got none");
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const Stage& stage = stages[i];
    const auto at_least_one = [&](const char* key, std::int64_t value) {
      base::require(value >= 1, "[data] expected stage.{}.{} to be at least 1 but got {}", i, key,
                    value);
    };
    at_least_one("length", stage.length);
    at_least_one("accumulate", stage.accumulate);
    require_duration(stage, i);
    base::require(
        (stage.batch_size > 0) != (stage.batch_tokens > 0),
        "[data] expected either batch_size or batch_tokens in stage.{} but got batch_size {} and "
        "batch_tokens {}",
        i, stage.batch_size, stage.batch_tokens);
    base::require(stage.learning_rate >= 0,
                  "[data] expected stage.{}.learning_rate to be positive but got {}", i,
                  stage.learning_rate);
  }
}

bool have_steps(const std::vector<Stage>& stages) {
  return std::all_of(stages.begin(), stages.end(),
                     [](const Stage& stage) { return stage.epochs == 0; });
}

std::int64_t steps_of_epochs(double epochs, double batches, std::int64_t accumulate) {
  constexpr double rounding = 1e-12;  // 0.07 · 100 is 7 updates, not 8
  const double steps = epochs * batches / static_cast<double>(accumulate);
  base::require(steps >= 0 && steps <= 0x1p53,
                "[data] expected epochs of at most 2^53 steps but got {} of {} batches", epochs,
                batches);
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(steps * (1 - rounding))));
}

std::string duration_in_words(const std::vector<Stage>& stages) {
  std::int64_t steps = 0;
  double epochs = 0;
  for (const Stage& stage : stages) {
    steps += stage.steps;
    epochs += stage.epochs;
  }
  if (epochs == 0) return fmt::format("{} steps", steps);
  const std::string of_epochs = fmt::format("{} epoch{}", epochs, epochs == 1 ? "" : "s");
  return steps == 0 ? of_epochs : fmt::format("{} steps and {}", steps, of_epochs);
}

std::int64_t total_steps(const std::vector<Stage>& stages) {
  base::require(have_steps(stages), "[data] expected stages of known steps but got {}",
                duration_in_words(stages));
  std::int64_t sum = 0;
  for (const Stage& stage : stages) sum += stage.steps;
  return sum;
}

std::int64_t micro_batch_number(const BatchRequest& request) {
  const std::int64_t accumulate = request.stage.accumulate;
  base::require(request.step >= 0 && request.micro_step >= 0 && request.micro_step < accumulate,
                "[data] expected a step from 0 and a micro step below {} but got {} and {}",
                accumulate, request.step, request.micro_step);
  return request.step * accumulate + request.micro_step;
}

BatchRequest first_request(const std::vector<Stage>& stages, std::int64_t update) {
  std::size_t index = 0;
  std::int64_t step = update;
  while (index + 1 < stages.size() && step >= stages[index].steps) step -= stages[index++].steps;
  return {stages[index], static_cast<std::int64_t>(index), step, 0, update};
}

std::optional<BatchRequest> next_request(const std::vector<Stage>& stages,
                                         const BatchRequest& request) {
  if (request.micro_step + 1 < request.stage.accumulate) {
    BatchRequest next = request;
    ++next.micro_step;
    return next;
  }
  if (request.update + 1 >= total_steps(stages)) return std::nullopt;
  return first_request(stages, request.update + 1);
}

}  // namespace roformer::data
