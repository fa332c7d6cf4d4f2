// Causal linear attention as tasks of one head of one sequence, for the operators around kernels.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "roformer/attention/linear_attention.h"
#include "roformer/attention/linear_attention_kernel.h"
#include "roformer/attention/span.h"

namespace roformer::attention {

/// What causal linear attention gives, and what its gradient needs.
struct LinearResult {
  torch::Tensor out;           // (N, H, D)
  torch::Tensor denominators;  // (H, N)
};

/// One head of one sequence.
struct LinearTask {
  Span span;
  std::int64_t sequence, head;
};

/// All heads of the sequences that have tokens, the longest first, so that no thread is left with a
/// long one at the end.
std::vector<LinearTask> linear_tasks(const std::vector<Span>& spans, std::int64_t heads);

/// One half of the gradient of one head of one sequence.
struct LinearGradientTask {
  LinearTask of;
  GradientPass pass;
};

/// Both halves of all heads, the longest first.
std::vector<LinearGradientTask> linear_gradient_tasks(const std::vector<Span>& spans,
                                                      std::int64_t heads);

/// The sums that tasks read and replace: those of a state that lasts, or of the thread's own
/// memory, zero at first.
class TaskSums {
 public:
  /// Sums (F, D) and (F) of `sequences` × `heads`. A given state is filled with zeros where it is
  /// undefined, else written where it lies: at a token a time a copy would cost more than the sums.
  TaskSums(std::int64_t sequences, std::int64_t heads, std::int64_t features, std::int64_t size,
           RecurrentLayer* state);

  /// Floats of a thread's memory that `of` needs.
  std::int64_t scratch() const { return state_ == nullptr ? (size_ + 1) * features_ + 32 : 0; }
  LinearSums of(const LinearTask& task, float* memory) const;

 private:
  std::int64_t features_, size_;
  RecurrentLayer* state_;
};

}  // namespace roformer::attention
