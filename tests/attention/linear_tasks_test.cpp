#include "roformer/attention/linear_tasks.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/base/error.h"

namespace roformer::attention {
namespace {

TEST(LinearTasks, TheLongestComeFirstAndTheEmptyNever) {
  const auto tasks = linear_tasks({{0, 2, 0, 2, 0, 0}, {2, 0, 2, 0, 0, 0}, {2, 5, 2, 5, 0, 0}}, 2);
  ASSERT_EQ(tasks.size(), 4u);
  EXPECT_EQ(tasks[0].sequence, 2);
  EXPECT_EQ(tasks[0].head, 0);
  EXPECT_EQ(tasks[1].head, 1);
  EXPECT_EQ(tasks[3].sequence, 0);
}

TEST(LinearTasks, WithoutAStateSumsBeginAtZeroInTheThreadsMemory) {
  const TaskSums sums(2, 3, 4, 5, nullptr);
  std::vector<float> memory(static_cast<std::size_t>(sums.scratch()), 7);
  const LinearSums own = sums.of({{}, 1, 2}, memory.data());
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
  const LinearSums last = sums.of({{}, 1, 2}, nullptr);
  EXPECT_EQ(last.numerator, state.numerator[1][2].data_ptr<float>());
  EXPECT_EQ(last.denominator, state.denominator[1][2].data_ptr<float>());
  EXPECT_THROW(TaskSums(3, 3, 4, 5, &state), Error);
}

}  // namespace
}  // namespace roformer::attention
