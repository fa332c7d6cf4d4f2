#include "roformer/data/stage.h"

#include "roformer/base/error.h"

namespace roformer::data {

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
    at_least_one("steps", stage.steps);
    at_least_one("accumulate", stage.accumulate);
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

std::int64_t total_steps(const std::vector<Stage>& stages) {
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
