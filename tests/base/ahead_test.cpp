#include "roformer/base/ahead.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace roformer::base {
namespace {

// 0, 1, … below `count`.
Ahead<int>::Make numbers(int count, std::atomic<int>& made) {
  return [count, &made]() -> std::optional<int> {
    if (made == count) return std::nullopt;
    return made++;
  };
}

TEST(Ahead, GivesEveryValueInOrderAndThenNone) {
  std::atomic<int> made = 0;
  Ahead<int> values(numbers(100, made));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(values.next(), i);
  EXPECT_EQ(values.next(), std::nullopt);
  EXPECT_EQ(values.next(), std::nullopt);
}

TEST(Ahead, MakesOneValueAheadAndNoMoreOnAnotherThread) {
  std::atomic<int> made = 0;
  std::atomic<std::thread::id> maker;
  Ahead<int> values([&]() -> std::optional<int> {
    maker = std::this_thread::get_id();
    return made++;
  });
  for (int taken = 1; taken < 5; ++taken) {
    values.next();
    while (made < taken + 1) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(made, taken + 1);
  }
  values.next();
  EXPECT_NE(maker.load(), std::this_thread::get_id());
}

TEST(Ahead, AnErrorComesWithItsOwnValue) {
  int made = 0;
  Ahead<int> values([&]() -> std::optional<int> {
    if (made == 2) throw std::runtime_error("the third");
    return made++;
  });
  EXPECT_EQ(values.next(), 0);
  EXPECT_EQ(values.next(), 1);
  EXPECT_THROW(values.next(), std::runtime_error);
  EXPECT_EQ(values.next(), std::nullopt);  // nothing is made behind it
  EXPECT_EQ(made, 2);
}

TEST(Ahead, EndsBehindTheValueThatIsBeingMade) {
  std::atomic<bool> begun = false, ended = false;
  {
    Ahead<int> values([&]() -> std::optional<int> {
      begun = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ended = true;
      return 1;
    });
    while (!begun) std::this_thread::yield();
  }
  EXPECT_TRUE(ended);
}

TEST(Ahead, ValuesThatCannotBeCopied) {
  int made = 0;
  Ahead<std::unique_ptr<int>> values([&]() -> std::optional<std::unique_ptr<int>> {
    if (made == 3) return std::nullopt;
    return std::make_unique<int>(made++);
  });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(**values.next(), i);
  EXPECT_FALSE(values.next());
}

}  // namespace
}  // namespace roformer::base
