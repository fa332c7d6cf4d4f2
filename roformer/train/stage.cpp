#include "roformer/train/stage.h"

#include "roformer/base/error.h"

namespace roformer::train {

void validate(const std::vector<Stage>& stages) {
  base::require(!stages.empty(),
                "[train] expected at least one [[stage]] in the recipe but got none");
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const Stage& stage = stages[i];
    const auto at_least_one = [&](const char* key, std::int64_t value) {
      base::require(value >= 1, "[train] expected stage.{}.{} to be at least 1 but got {}", i, key,
                    value);
    };
    at_least_one("length", stage.length);
    at_least_one("steps", stage.steps);
    at_least_one("accumulate", stage.accumulate);
    base::require(
        (stage.batch_size > 0) != (stage.batch_tokens > 0),
        "[train] expected either batch_size or batch_tokens in stage.{} but got batch_size {} and "
        "batch_tokens {}",
        i, stage.batch_size, stage.batch_tokens);
    base::require(stage.learning_rate >= 0,
                  "[train] expected stage.{}.learning_rate to be positive but got {}", i,
                  stage.learning_rate);
  }
}

std::int64_t total_steps(const std::vector<Stage>& stages) {
  std::int64_t sum = 0;
  for (const Stage& stage : stages) sum += stage.steps;
  return sum;
}

StagePosition stage_position(const std::vector<Stage>& stages, std::int64_t step) {
  std::size_t index = 0;
  while (index + 1 < stages.size() && step >= stages[index].steps) step -= stages[index++].steps;
  return {index, step};
}

}  // namespace roformer::train
