#include "roformer/data/length_buckets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "tests/base/test_files.h"

namespace roformer::data {
namespace {

std::vector<PairLength> random_lengths(std::size_t count) {
  std::vector<PairLength> lengths;
  for (std::size_t i = 0; i < count; ++i)
    lengths.push_back({static_cast<std::int64_t>(1 + base::uniform_below(1, i, 9)),
                       static_cast<std::int64_t>(1 + base::uniform_below(2, i, 9))});
  return lengths;
}

std::int64_t longer_side(const PairLength& length) {
  return std::max(length.source, length.target);
}

TEST(LengthBucketsTest, AnEpochHasEachPairOnceWithinTheBudget) {
  auto lengths = random_lengths(500);
  lengths[17] = {90, 2};  // beyond the budget
  const LengthBuckets buckets(lengths, {.tokens = 40});
  for (const std::uint64_t seed : {1, 2}) {
    std::vector<int> seen(lengths.size(), 0);
    for (std::int64_t place = 0; place < buckets.num_batches(); ++place) {
      std::int64_t tokens = 0;
      const auto batch = buckets.batch(place, seed);
      for (const std::int64_t pair : batch) {
        ++seen[static_cast<std::size_t>(pair)];
        tokens += longer_side(lengths[static_cast<std::size_t>(pair)]);
      }
      EXPECT_TRUE(tokens <= 40 || batch.size() == 1);
    }
    EXPECT_EQ(seen, std::vector<int>(lengths.size(), 1));
  }
}

TEST(LengthBucketsTest, BatchesHoldPairsOfLikeLength) {
  const auto lengths = random_lengths(500);
  const LengthBuckets buckets(lengths, {.sequences = 10});
  EXPECT_EQ(buckets.num_batches(), 50);
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;  // of source lengths
  for (std::int64_t place = 0; place < 50; ++place) {
    const auto batch = buckets.batch(place, 3);
    EXPECT_EQ(batch.size(), 10u);
    std::int64_t least = 100, most = 0;
    for (const std::int64_t pair : batch) {
      least = std::min(least, lengths[static_cast<std::size_t>(pair)].source);
      most = std::max(most, lengths[static_cast<std::size_t>(pair)].source);
    }
    ranges.emplace_back(least, most);
  }
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 1; i < ranges.size(); ++i)
    EXPECT_LE(ranges[i - 1].second, ranges[i].first) << "sorted by source length, then cut";
}

TEST(LengthBucketsTest, SeedsChangeTheOrderOfBatchesAndOfEqualPairs) {
  const std::vector<PairLength> equal(64, {5, 5});
  const LengthBuckets buckets(equal, {.sequences = 8});
  std::set<std::vector<std::int64_t>> first_batches;
  for (std::uint64_t seed = 0; seed < 20; ++seed) first_batches.insert(buckets.batch(0, seed));
  EXPECT_GT(first_batches.size(), 15u);
  EXPECT_EQ(buckets.batch(3, 4), buckets.batch(3, 4));

  const LengthBuckets unequal({{1, 1}, {2, 2}, {3, 3}, {4, 4}}, {.sequences = 2});
  std::set<std::vector<std::int64_t>> batches;
  for (std::uint64_t seed = 0; seed < 20; ++seed) batches.insert(unequal.batch(0, seed));
  EXPECT_EQ(batches, (std::set<std::vector<std::int64_t>>{{0, 1}, {2, 3}}));
}

TEST(LengthBucketsTest, ABatchHoldsSomething) {
  const auto message = tests::error_message([] { LengthBuckets({{1, 1}}, {.sequences = 0}); });
  EXPECT_TRUE(tests::has_text(message, "1 or more pairs but got 0")) << message;
  EXPECT_THROW(LengthBuckets({{1, 1}}, {.tokens = 0}), Error);
  EXPECT_EQ(LengthBuckets({}, {.tokens = 10}).num_batches(), 0);
}

}  // namespace
}  // namespace roformer::data
