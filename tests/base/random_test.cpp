#include "roformer/base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <set>

namespace roformer::base {
namespace {

TEST(Random, ReferenceValueOfSplitMix64) {
  // The first output of the published SplitMix64 with state 0; a change would break every resumed
  // run.
  EXPECT_EQ(mix(0), 0xE220A8397B1DCDAFull);
}

TEST(Random, UniformIsUniform) {
  constexpr int draws = 100000;
  double sum = 0, squares = 0;
  for (int i = 0; i < draws; ++i) {
    const float x = uniform(7, static_cast<std::uint64_t>(i));
    ASSERT_GE(x, 0.0f);
    ASSERT_LT(x, 1.0f);
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / draws, 0.5, 0.005);
  EXPECT_NEAR(squares / draws, 1.0 / 3, 0.005);
}

TEST(Random, UniformBelowCoversItsRange) {
  constexpr int draws = 70000, bound = 7;
  std::array<int, bound> counts{};
  for (int i = 0; i < draws; ++i)
    ++counts.at(uniform_below(3, static_cast<std::uint64_t>(i), bound));
  double chi_square = 0;
  for (const int count : counts) chi_square += std::pow(count - draws / bound, 2) / (draws / bound);
  EXPECT_LT(chi_square, 22.5);  // 6 degrees of freedom, p = 0.001
  EXPECT_EQ(uniform_below(3, 5, 1), 0u);
}

TEST(Random, UsesOfARunsSeedDiffer) {
  std::set<std::uint64_t> seeds;
  for (const std::uint64_t run : {0u, 1u, 2u}) {
    for (const auto use : {SeedUse::weights, SeedUse::dropout, SeedUse::features, SeedUse::order,
                           SeedUse::masking}) {
      seeds.insert(derive(run, use));
      // Step, stage, layer 0 of each use: once all of these were derive(run, 0).
      seeds.insert(derive(derive(run, use), 0));
    }
    seeds.insert(derive(run, 0));
  }
  EXPECT_EQ(seeds.size(), 3u * 11);
}

TEST(Random, StreamsDiffer) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (std::uint64_t stream = 0; stream < 100; ++stream) seeds.insert(derive(seed, stream));
  }
  EXPECT_EQ(seeds.size(), 10000u);
  int flipped = 0;
  for (int bit = 0; bit < 64; ++bit)
    flipped += std::popcount(derive(1, 2) ^ derive(1 ^ (1ull << bit), 2));
  EXPECT_NEAR(flipped / 64.0, 32, 3);
}

}  // namespace
}  // namespace roformer::base
