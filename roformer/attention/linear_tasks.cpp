#include "roformer/attention/linear_tasks.h"

#include <torch/types.h>

#include <algorithm>

#include "roformer/base/error.h"

namespace roformer::attention {
namespace {

// A head of a sequence is cut if it is more than this part of all tokens of all heads: with eight or
// more alike, threads have enough to do, and summing up the pieces first costs a third of the result.
constexpr std::int64_t shares_left_whole = 8;
// All together are cut into so many pieces,
constexpr std::int64_t linear_pieces = 16;
// made equal then, of two to four chunks at least: each begins by reading its sums.
constexpr std::int64_t smallest_linear_piece = 4 * linear_chunk;

std::int64_t quotient_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

std::int64_t piece_length(std::int64_t length, std::int64_t all_tokens) {
  const bool whole = length * shares_left_whole <= all_tokens || length < 2 * smallest_linear_piece;
  if (whole) return length;
  const std::int64_t wanted =
      std::max(smallest_linear_piece, quotient_up(all_tokens, linear_pieces));
  const std::int64_t pieces = quotient_up(length, wanted);
  return quotient_up(quotient_up(length, pieces), linear_chunk) * linear_chunk;
}

void copy_sums(const LinearSums& from, std::int64_t features, std::int64_t size,
               const LinearSums& to) {
  std::copy_n(from.numerator, features * size, to.numerator);
  std::copy_n(from.denominator, features, to.denominator);
}

}  // namespace

LinearTasks linear_tasks(const std::vector<Span>& spans, std::int64_t heads) {
  std::int64_t all_tokens = 0;
  for (const Span& span : spans) all_tokens += span.num_queries * heads;
  LinearTasks result;
  for (std::size_t b = 0; b < spans.size(); ++b) {
    const std::int64_t length = spans[b].num_queries;
    if (length == 0) continue;
    const std::int64_t piece = piece_length(length, all_tokens);
    for (std::int64_t head = 0; head < heads; ++head) {
      LinearTask task{static_cast<std::int64_t>(b), head, spans[b].first_query, 0};
      const std::int64_t first_boundary = result.boundaries;
      for (std::int64_t begin = 0; begin < length; begin += piece) {
        task.first_row = spans[b].first_query + begin;
        task.length = std::min(piece, length - begin);
        task.before = task.behind;
        task.behind = begin + piece < length ? result.boundaries++ : -1;
        result.tasks.push_back(task);
      }
      if (result.boundaries > first_boundary)
        result.runs.push_back({first_boundary, result.boundaries - first_boundary});
    }
  }
  std::stable_sort(result.tasks.begin(), result.tasks.end(),
                   [](const LinearTask& a, const LinearTask& b) { return a.length > b.length; });
  return result;
}

LinearSums BoundarySums::at(std::int64_t boundary) const {
  if (boundary < 0) return {nullptr, nullptr};
  float* const row = rows_.data_ptr<float>() + boundary * features_ * (size_ + 1);
  return {row, row + features_ * size_};
}

void BoundarySums::add_up_forward(const LinearTasks& tasks) const {
  for (const auto& [first, count] : tasks.runs) {
    for (std::int64_t i = first + 1; i < first + count; ++i) rows_[i].add_(rows_[i - 1]);
  }
}

void BoundarySums::add_up_backward(const LinearTasks& tasks) const {
  for (const auto& [first, count] : tasks.runs) {
    for (std::int64_t i = first + count - 2; i >= first; --i) rows_[i].add_(rows_[i + 1]);
  }
}

TaskSums::TaskSums(std::int64_t sequences, std::int64_t heads, std::int64_t features,
                   std::int64_t size, RecurrentLayer* state, std::int64_t boundaries)
    : features_(features),
      size_(size),
      state_(state),
      boundaries_(boundaries == 0
                      ? torch::Tensor()
                      : torch::empty({boundaries, features * (size + 1)}, torch::kFloat32),
                  features, size) {
  if (state_ == nullptr) return;
  const bool fresh = !state_->numerator.defined();
  state_->numerator =
      fresh ? torch::zeros({sequences, heads, features, size}) : state_->numerator.contiguous();
  state_->denominator =
      fresh ? torch::zeros({sequences, heads, features}) : state_->denominator.contiguous();
  base::require(state_->numerator.size(0) == sequences,
                "[attention] expected a state of {} sequences but got {}", sequences,
                state_->numerator.size(0));
  if (boundaries > 0) first_ = {state_->numerator.clone(), state_->denominator.clone()};
}

std::int64_t TaskSums::scratch() const {
  const bool in_place = state_ != nullptr && !boundaries_.rows().defined();
  return in_place ? 0 : (size_ + 1) * features_ + 32;
}

LinearSums TaskSums::of_state(const RecurrentLayer& state, const LinearTask& task) const {
  const std::int64_t index = task.sequence * state.numerator.size(1) + task.head;
  return {state.numerator.data_ptr<float>() + index * features_ * size_,
          state.denominator.data_ptr<float>() + index * features_};
}

void TaskSums::begin(const LinearTask& task, const LinearSums& sums) const {
  if (state_ != nullptr) return copy_sums(of_state(first_, task), features_, size_, sums);
  std::fill_n(sums.numerator, features_ * size_, 0.0f);
  std::fill_n(sums.denominator, features_, 0.0f);
}

LinearSums TaskSums::of(const LinearTask& task, float* memory) const {
  const bool lasts = state_ != nullptr && task.behind < 0;
  const LinearSums sums =
      lasts ? of_state(*state_, task) : LinearSums{memory, memory + size_ * features_};
  if (task.before >= 0) {
    copy_sums(boundaries_.at(task.before), features_, size_, sums);
  } else if (!lasts) {
    begin(task, sums);
  }
  return sums;
}

LinearSums TaskSums::of_piece(const LinearTask& task) const {
  const LinearSums sums = boundaries_.at(task.behind);
  if (task.before < 0) {
    begin(task, sums);
  } else {
    std::fill_n(sums.numerator, features_ * (size_ + 1), 0.0f);
  }
  return sums;
}

}  // namespace roformer::attention
