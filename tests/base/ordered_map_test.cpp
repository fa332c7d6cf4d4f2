#include "roformer/base/ordered_map.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "roformer/base/error.h"

namespace roformer::base {
namespace {

// Gives 0 … count − 1.
auto numbers_below(int count) {
  return [count, given = 0]() mutable -> std::optional<int> {
    return given < count ? std::optional(given++) : std::nullopt;
  };
}

// Later items of eight are done sooner.
int slow_square(int number) {
  std::this_thread::sleep_for(std::chrono::microseconds(200 * (8 - number % 8)));
  return number * number;
}

TEST(OrderedMap, ResultsComeInTheOrderOfTheItems) {
  for (const int threads : {0, 1, 2, 7}) {
    auto numbers = numbers_below(50);
    std::vector<int> squares;
    map_in_order(threads, std::ref(numbers), slow_square, [&](int square) {
      squares.push_back(square);
      return true;
    });
    ASSERT_EQ(squares.size(), 50u) << threads;
    for (int i = 0; i < 50; ++i) EXPECT_EQ(squares[static_cast<std::size_t>(i)], i * i);
  }
}

TEST(OrderedMap, NothingGivesNothing) {
  map_in_order(2, numbers_below(0), slow_square, [](int) -> bool { throw Error("no item"); });
}

TEST(OrderedMap, FewItemsAreHeldAtATime) {
  constexpr int threads = 3;
  std::atomic<int> working = 0, most_working = 0;
  int given = 0, used = 0, most_held = 0;
  const auto next = [&]() -> std::optional<int> {
    if (given == 40) return std::nullopt;
    most_held = std::max(most_held, ++given - used);
    return given;
  };
  const auto work = [&](int number) {
    const int now = ++working;
    for (int most = most_working; now > most && !most_working.compare_exchange_weak(most, now);) {
    }
    const int square = slow_square(number);
    --working;
    return square;
  };
  map_in_order(threads, next, work, [&](int) {
    ++used;
    return true;
  });
  EXPECT_EQ(used, 40);
  EXPECT_LE(most_held, threads + 1);
  EXPECT_LE(most_working, threads + 1);
}

TEST(OrderedMap, StopsWhereNoMoreIsWanted) {
  int given = 0, used = 0;
  std::atomic<int> done = 0;
  const auto next = [&]() -> std::optional<int> { return given++; };  // without end
  const auto work = [&](int number) {
    ++done;
    return number;
  };
  map_in_order(2, next, work, [&](int number) {
    EXPECT_EQ(number, used);
    return ++used < 5;
  });
  EXPECT_EQ(used, 5);
  EXPECT_LE(given, 5 + 3);
  EXPECT_EQ(done, given) << "work that was begun has ended";
}

TEST(OrderedMap, MovesWhatCannotBeCopied) {
  auto numbers = numbers_below(3);
  const auto next = [&]() -> std::optional<std::unique_ptr<int>> {
    const auto number = numbers();
    if (!number) return std::nullopt;
    return std::make_unique<int>(*number);
  };
  int sum = 0;
  map_in_order(
      2, next, [](std::unique_ptr<int> number) { return number; },
      [&](std::unique_ptr<int> number) {
        sum += *number;
        return true;
      });
  EXPECT_EQ(sum, 3);
}

TEST(OrderedMap, AnErrorComesInItsTurnAndLeavesNoThread) {
  auto numbers = numbers_below(20);
  std::vector<int> used;
  std::atomic<int> begun = 0, ended = 0;
  const auto work = [&](int number) {
    ++begun;
    slow_square(number);
    ++ended;
    if (number >= 5) fail("[base] number {}", number);
    return number;
  };
  try {
    map_in_order(4, std::ref(numbers), work, [&](int number) {
      used.push_back(number);
      return true;
    });
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "[base] number 5");
  }
  EXPECT_EQ(used, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(begun, ended);
}

TEST(OrderedMap, ErrorsOfTheCallingThreadPass) {
  const auto work = [](int number) { return number; };
  const auto next = []() -> std::optional<int> { throw Error("next"); };
  EXPECT_THROW(map_in_order(2, next, work, [](int) { return true; }), Error);
  const auto use = [](int) -> bool { throw Error("use"); };
  EXPECT_THROW(map_in_order(2, numbers_below(9), work, use), Error);
}

}  // namespace
}  // namespace roformer::base
