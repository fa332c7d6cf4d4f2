#include "roformer/attention/linear_tasks.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>

#include "roformer/base/error.h"

namespace roformer::attention {
namespace {

std::vector<Span> spans_of_lengths(const std::vector<std::int64_t>& lengths) {
  std::vector<Span> spans;
  std::int64_t first = 0;
  for (const std::int64_t length : lengths) {
    spans.push_back({first, length, first, length, 0, 0});
    first += length;
  }
  return spans;
}

TEST(LinearTasks, TheLongestComeFirstAndTheEmptyNever) {
  const auto all = linear_tasks(spans_of_lengths({2, 0, 5}), 2);
  ASSERT_EQ(all.tasks.size(), 4u);
  EXPECT_EQ(all.tasks[0].sequence, 2);
  EXPECT_EQ(all.tasks[0].head, 0);
  EXPECT_EQ(all.tasks[0].first_row, 2);
  EXPECT_EQ(all.tasks[0].length, 5);
  EXPECT_EQ(all.tasks[1].head, 1);
  EXPECT_EQ(all.tasks[3].sequence, 0);
  EXPECT_EQ(all.boundaries, 0);
  EXPECT_TRUE(linear_tasks({}, 2).tasks.empty());
  EXPECT_TRUE(linear_tasks(spans_of_lengths({0, 0}), 2).tasks.empty());
}

// Pieces of each head of each sequence follow each other, whole chunks but for the last.
TEST(LinearTasks, PiecesCoverASequenceAndMeetAtBoundaries) {
  for (const std::int64_t length : {1, 287, 575, 576, 577, 4096, 65536, 1000003}) {
    for (const std::int64_t heads : {1, 2, 3, 7}) {
      const auto all = linear_tasks(spans_of_lengths({3, length}), heads);
      std::vector<std::int64_t> covered(static_cast<std::size_t>(heads), 0);
      auto tasks = all.tasks;
      std::ranges::sort(tasks, {}, &LinearTask::first_row);
      std::vector<std::int64_t> behind(covered.size(), -1);
      for (const LinearTask& task : tasks) {
        if (task.sequence == 0) continue;
        const auto head = static_cast<std::size_t>(task.head);
        EXPECT_EQ(task.first_row, 3 + covered[head]);
        EXPECT_EQ(task.before, behind[head]);
        EXPECT_TRUE(task.behind < 0 || task.length % linear_chunk == 0);
        EXPECT_TRUE(task.before < 0 || task.before + 1 == task.behind || task.behind < 0);
        covered[head] += task.length;
        behind[head] = task.behind;
      }
      for (std::size_t head = 0; head < covered.size(); ++head) {
        EXPECT_EQ(covered[head], length);
        EXPECT_EQ(behind[head], -1);
      }
      EXPECT_LE(std::ssize(tasks), 2 * 16 + heads);
    }
  }
}

TEST(LinearTasks, OnlyWhatIsMuchOfAllIsCut) {
  const auto pieces = [](const std::vector<std::int64_t>& lengths, std::int64_t heads) {
    return std::ssize(linear_tasks(spans_of_lengths(lengths), heads).tasks);
  };
  EXPECT_EQ(pieces({4096}, 8), 8);
  EXPECT_EQ(pieces({4096, 4096}, 12), 24);
  EXPECT_EQ(pieces({575}, 1), 1);
  EXPECT_EQ(pieces({576}, 1), 2);
  EXPECT_GE(pieces({4096}, 1), 14);
  EXPECT_GE(pieces({4096}, 4), 14);
  // The long one among many short ones.
  std::vector<std::int64_t> lengths(20, 30);
  lengths[7] = 5000;
  EXPECT_GE(pieces(lengths, 1), 20 + 12);
}

TEST(LinearTasks, BoundariesAddUpEachSequenceAlone) {
  LinearTasks all;
  all.runs = {{0, 3}, {3, 2}};
  all.boundaries = 5;
  const auto filled = [] {
    return BoundarySums(torch::arange(1, 6).to(torch::kFloat32).unsqueeze(1).expand({5, 6}).clone(),
                        3, 1);
  };
  const auto column = [](const BoundarySums& sums) { return sums.rows().select(1, 5); };
  const BoundarySums forward = filled(), backward = filled();
  forward.add_up_forward(all);
  EXPECT_TRUE(torch::equal(column(forward), torch::tensor({1.0f, 3.0f, 6.0f, 4.0f, 9.0f})));
  backward.add_up_backward(all);
  EXPECT_TRUE(torch::equal(column(backward), torch::tensor({6.0f, 5.0f, 3.0f, 9.0f, 5.0f})));
  EXPECT_EQ(forward.at(1).denominator, forward.rows()[1].data_ptr<float>() + 3);
  EXPECT_EQ(forward.at(-1).numerator, nullptr);
}

// Of three pieces with a state: the first begin with it, the last leaves its sums there.
TEST(LinearTasks, PiecesBeginWithTheStateThatTheLastReplaces) {
  RecurrentLayer state{torch::full({1, 1, 2, 1}, 5.0f), torch::full({1, 1, 2}, 7.0f)};
  const TaskSums sums(1, 1, 2, 1, &state, 2);
  const LinearTask first{0, 0, 0, 1, -1, 0}, middle{0, 0, 1, 1, 0, 1}, last{0, 0, 2, 1, 1, -1};
  EXPECT_EQ(sums.of_piece(first).denominator[1], 7);
  EXPECT_EQ(sums.of_piece(middle).numerator[1], 0);
  sums.boundaries().rows().copy_(torch::tensor({10, 20}).unsqueeze(1).expand({2, 4}));
  const LinearSums at_end = sums.of(last, nullptr);
  EXPECT_EQ(at_end.numerator, state.numerator.data_ptr<float>());
  EXPECT_EQ(at_end.denominator[0], 20);
  std::vector<float> memory(static_cast<std::size_t>(sums.scratch()));
  EXPECT_EQ(sums.of(first, memory.data()).numerator[0], 5);
  EXPECT_EQ(sums.of(middle, memory.data()).numerator[0], 10);
  EXPECT_EQ(memory[0], 10);
}

TEST(LinearTasks, WithoutAStateSumsBeginAtZeroInTheThreadsMemory) {
  const TaskSums sums(2, 3, 4, 5, nullptr);
  std::vector<float> memory(static_cast<std::size_t>(sums.scratch()), 7);
  const LinearSums own = sums.of({1, 2, 0, 1}, memory.data());
  EXPECT_EQ(own.numerator, memory.data());
  EXPECT_EQ(own.denominator, memory.data() + 20);
  for (std::size_t i = 0; i < 24; ++i) EXPECT_EQ(memory[i], 0);
}

TEST(LinearTasks, AStateIsWrittenWhereItLies) {
  RecurrentLayer state;
  EXPECT_EQ(TaskSums(2, 3, 4, 5, &state).scratch(), 0);
  EXPECT_TRUE(torch::equal(state.numerator, torch::zeros({2, 3, 4, 5})));
  EXPECT_TRUE(torch::equal(state.denominator, torch::zeros({2, 3, 4})));
  const auto* const lies = state.numerator.data_ptr<float>();
  const TaskSums sums(2, 3, 4, 5, &state);
  EXPECT_EQ(lies, state.numerator.data_ptr<float>());
  const LinearSums last = sums.of({1, 2, 0, 1}, nullptr);
  EXPECT_EQ(last.numerator, state.numerator[1][2].data_ptr<float>());
  EXPECT_EQ(last.denominator, state.denominator[1][2].data_ptr<float>());
  EXPECT_THROW(TaskSums(3, 3, 4, 5, &state), Error);
}

}  // namespace
}  // namespace roformer::attention
