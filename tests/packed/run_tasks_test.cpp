#include "roformer/packed/run_tasks.h"

#include <gtest/gtest.h>

#include <set>

namespace roformer::packed {
namespace {

TEST(RunTasks, EachTaskIsDoneOnce) {
  std::vector<std::size_t> tasks(1000);
  for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i] = i;
  std::vector<int> done(tasks.size(), 0);
  run_tasks(tasks, 0, [&](std::size_t task, float*) { ++done[task]; });
  EXPECT_EQ(std::set<int>(done.begin(), done.end()), std::set<int>{1});
  run_tasks(std::vector<int>(), 10, [](int, float*) { FAIL(); });
}

// Each thread has room of its own, whole for as long as a task runs.
TEST(RunTasks, ScratchIsTheThreadsOwn) {
  constexpr std::int64_t floats = 1000;
  std::vector<float> tasks(64);
  for (std::size_t i = 0; i < tasks.size(); ++i) tasks[i] = static_cast<float>(i);
  std::vector<int> spoilt(tasks.size(), 0);
  run_tasks(tasks, floats, [&](float task, float* scratch) {
    std::fill_n(scratch, floats, task);
    for (std::int64_t i = 0; i < floats; ++i)
      spoilt[static_cast<std::size_t>(task)] += scratch[i] != task;
  });
  EXPECT_EQ(std::set<int>(spoilt.begin(), spoilt.end()), std::set<int>{0});
}

}  // namespace
}  // namespace roformer::packed
