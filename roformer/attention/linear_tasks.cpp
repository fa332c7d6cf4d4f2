#include "roformer/attention/linear_tasks.h"

#include <torch/types.h>

#include <algorithm>

#include "roformer/base/error.h"

namespace roformer::attention {

std::vector<LinearTask> linear_tasks(const std::vector<Span>& spans, std::int64_t heads) {
  std::vector<LinearTask> tasks;
  for (std::size_t b = 0; b < spans.size(); ++b) {
    if (spans[b].num_queries == 0) continue;
    for (std::int64_t head = 0; head < heads; ++head)
      tasks.push_back({spans[b], static_cast<std::int64_t>(b), head});
  }
  std::stable_sort(tasks.begin(), tasks.end(), [](const LinearTask& a, const LinearTask& b) {
    return a.span.num_queries > b.span.num_queries;
  });
  return tasks;
}

std::vector<LinearGradientTask> linear_gradient_tasks(const std::vector<Span>& spans,
                                                      std::int64_t heads) {
  std::vector<LinearGradientTask> tasks;
  for (const LinearTask& task : linear_tasks(spans, heads)) {
    tasks.push_back({task, GradientPass::keys_and_values});
    tasks.push_back({task, GradientPass::queries});
  }
  return tasks;
}

TaskSums::TaskSums(std::int64_t sequences, std::int64_t heads, std::int64_t features,
                   std::int64_t size, RecurrentLayer* state)
    : features_(features), size_(size), state_(state) {
  if (state_ == nullptr) return;
  const bool fresh = !state_->numerator.defined();
  state_->numerator =
      fresh ? torch::zeros({sequences, heads, features, size}) : state_->numerator.contiguous();
  state_->denominator =
      fresh ? torch::zeros({sequences, heads, features}) : state_->denominator.contiguous();
  base::require(state_->numerator.size(0) == sequences,
                "[attention] expected a state of {} sequences but got {}", sequences,
                state_->numerator.size(0));
}

LinearSums TaskSums::of(const LinearTask& task, float* memory) const {
  if (state_ == nullptr) {
    std::fill_n(memory, (size_ + 1) * features_, 0.0f);
    return {memory, memory + size_ * features_};
  }
  const std::int64_t index = task.sequence * state_->numerator.size(1) + task.head;
  return {state_->numerator.data_ptr<float>() + index * features_ * size_,
          state_->denominator.data_ptr<float>() + index * features_};
}

}  // namespace roformer::attention
