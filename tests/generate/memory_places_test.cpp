#include "roformer/generate/memory_places.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace roformer::generate {
namespace {

TEST(MemoryPlaces, GapsAreTakenAgain) {
  MemoryPlaces places;
  EXPECT_EQ(places.take(5), 0);
  EXPECT_EQ(places.take(3), 5);
  EXPECT_EQ(places.take(4), 8);
  EXPECT_EQ(places.rows(), 12);
  places.give_back(5, 3);
  EXPECT_EQ(places.take(4), 12);  // the gap is too short
  EXPECT_EQ(places.take(2), 5);
  EXPECT_EQ(places.take(1), 7);
  EXPECT_EQ(places.take(1), 16);
  EXPECT_EQ(places.rows(), 17);
}

TEST(MemoryPlaces, NeighboursJoinAndTheEndMovesBack) {
  MemoryPlaces places;
  for (int i = 0; i < 4; ++i) places.take(2);
  places.give_back(0, 2);
  places.give_back(4, 2);
  places.give_back(2, 2);
  EXPECT_EQ(places.rows(), 8);
  EXPECT_EQ(places.take(6), 0);
  places.give_back(6, 2);
  EXPECT_EQ(places.rows(), 6);
  places.give_back(0, 6);
  EXPECT_EQ(places.rows(), 0);
}

TEST(MemoryPlaces, NoRowIsGivenTwice) {
  std::mt19937 random(3);
  MemoryPlaces places;
  std::vector<std::pair<std::int64_t, std::int64_t>> taken;
  std::vector<bool> used(4000, false);
  for (int step = 0; step < 3000; ++step) {
    if (!taken.empty() && random() % 2 == 0) {
      const std::size_t which = random() % taken.size();
      const auto [first, length] = taken[which];
      taken.erase(taken.begin() + static_cast<std::ptrdiff_t>(which));
      places.give_back(first, length);
      for (std::int64_t i = 0; i < length; ++i) used[static_cast<std::size_t>(first + i)] = false;
      continue;
    }
    if (taken.size() > 40) continue;
    const std::int64_t length = 1 + random() % 9, first = places.take(length);
    ASSERT_LE(first + length, places.rows());
    for (std::int64_t i = 0; i < length; ++i) {
      ASSERT_FALSE(used[static_cast<std::size_t>(first + i)]);
      used[static_cast<std::size_t>(first + i)] = true;
    }
    taken.emplace_back(first, length);
  }
  for (const auto& [first, length] : taken) places.give_back(first, length);
  EXPECT_EQ(places.rows(), 0);
}

}  // namespace
}  // namespace roformer::generate
