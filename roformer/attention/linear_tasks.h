// Causal linear attention as tasks, for the operators around kernels: one head of one sequence, or,
// where that is much of all there is to do, pieces of its tokens. A piece begins with the sums of the
// tokens before it, so these are summed up first, by pieces too. How it is cut hangs on the shapes
// alone, never on the number of threads, and so do the sums to the bit.
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
  torch::Tensor boundaries;    // (boundaries, F · (D + 1)), the sums before each; or undefined
};

/// Tokens of one head of one sequence, rows of the packed batch. Two pieces of a sequence that follow
/// each other have a boundary in common.
struct LinearTask {
  std::int64_t sequence, head;
  std::int64_t first_row, length;
  std::int64_t before = -1, behind = -1;  // numbers of the boundaries; -1: the sequence's ends
};

/// Boundaries of one head of one sequence, which follow each other.
struct BoundaryRun {
  std::int64_t first, count;
};

struct LinearTasks {
  std::vector<LinearTask>
      tasks;  // the longest first, so that no thread is left with one at the end
  std::vector<BoundaryRun> runs;
  std::int64_t boundaries = 0;
};

/// All heads of the sequences that have tokens.
LinearTasks linear_tasks(const std::vector<Span>& spans, std::int64_t heads);

/// The sums at boundaries: those of single pieces at first, then those of all pieces up to there.
class BoundarySums {
 public:
  /// `rows`: (boundaries, F · (D + 1)), of no certain values; undefined where there is no boundary.
  BoundarySums(torch::Tensor rows, std::int64_t features, std::int64_t size)
      : rows_(std::move(rows)), features_(features), size_(size) {}

  /// Nothing for a boundary below 0.
  LinearSums at(std::int64_t boundary) const;
  const torch::Tensor& rows() const { return rows_; }
  /// Room for as many.
  BoundarySums like() const {
    return {rows_.defined() ? torch::empty(rows_.sizes(), rows_.options()) : rows_, features_,
            size_};
  }

  /// Each boundary's row had the sums of the piece before it: they become those of all before it.
  void add_up_forward(const LinearTasks& tasks) const;
  /// The same for the pieces behind.
  void add_up_backward(const LinearTasks& tasks) const;

 private:
  torch::Tensor rows_;
  std::int64_t features_, size_;
};

/// The sums that tasks read and replace: those of a state that lasts, or of the thread's own
/// memory, zero at first.
class TaskSums {
 public:
  /// Sums (F, D) and (F) of `sequences` × `heads`. A given state is filled with zeros where it is
  /// undefined, else written where it lies: at a token a time a copy would cost more than the sums.
  TaskSums(std::int64_t sequences, std::int64_t heads, std::int64_t features, std::int64_t size,
           RecurrentLayer* state, std::int64_t boundaries = 0);

  /// Floats of a thread's memory that `of` needs.
  std::int64_t scratch() const;
  /// What a task begins with; the last piece of a sequence leaves its state there.
  LinearSums of(const LinearTask& task, float* memory) const;
  /// Where the sums of a piece alone go, of the first with those of the state: at its boundary.
  LinearSums of_piece(const LinearTask& task) const;
  const BoundarySums& boundaries() const { return boundaries_; }

 private:
  LinearSums of_state(const RecurrentLayer& state, const LinearTask& task) const;
  void begin(const LinearTask& task, const LinearSums& sums) const;

  std::int64_t features_, size_;
  RecurrentLayer* state_;
  RecurrentLayer
      first_;  // the state as it was, where pieces begin with it while the last writes it
  BoundarySums boundaries_;
};

}  // namespace roformer::attention
