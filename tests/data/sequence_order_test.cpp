#include "roformer/data/sequence_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "roformer/base/error.h"

namespace roformer::data {
namespace {

TEST(SequenceOrder, ATokenBudgetHoldsWholeSequences) {
  EXPECT_EQ(sequences_of_batch({.length = 32, .batch_size = 5}), 5);
  EXPECT_EQ(sequences_of_batch({.length = 32, .batch_tokens = 100}), 3);
  EXPECT_EQ(sequences_of_batch({.length = 512, .batch_tokens = 100}), 1);
  EXPECT_THROW(sequences_of_batch({.length = 32}), Error);
}

TEST(SequenceOrder, EachEpochHasEachSequenceOnceInAnOrderOfItsOwn) {
  const Stage stage{.batch_size = 4, .accumulate = 2};
  std::vector<std::int64_t> order[2];
  for (std::int64_t step = 0; step < 5; ++step) {
    for (std::int64_t micro_step = 0; micro_step < 2; ++micro_step) {
      for (const auto& drawn : draw_sequences({stage, 0, step, micro_step}, 20, 7)) {
        ASSERT_LT(drawn.epoch, 2u);
        order[drawn.epoch].push_back(drawn.sequence);
      }
    }
  }
  for (const auto& epoch : order) {
    EXPECT_EQ(epoch.size(), 20u);
    EXPECT_EQ(std::set<std::int64_t>(epoch.begin(), epoch.end()).size(), 20u);
    EXPECT_EQ(*std::max_element(epoch.begin(), epoch.end()), 19);
  }
  EXPECT_NE(order[0], order[1]);
  EXPECT_NE(draw_sequences({stage, 0, 0, 0}, 20, 8)[0].sequence, order[0][0]);
}

TEST(SequenceOrder, HeldOutSamplesAreAscendingAndTheSameEachTime) {
  EXPECT_EQ(held_out_sample(4, 0), (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(held_out_sample(3, 9), (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_TRUE(held_out_sample(0, 5).empty());
  const auto sample = held_out_sample(1000, 10);
  ASSERT_EQ(sample.size(), 10u);
  EXPECT_TRUE(std::is_sorted(sample.begin(), sample.end()));
  EXPECT_EQ(std::set<std::int64_t>(sample.begin(), sample.end()).size(), 10u);
  EXPECT_NE(sample.back(), 9);  // spread, not the first ten
  EXPECT_EQ(sample, held_out_sample(1000, 10));
}

TEST(Shuffle, IsAPermutation) {
  for (const std::int64_t size : {1, 2, 3, 4, 5, 16, 17, 255, 1000, 4097}) {
    std::vector<int> seen(static_cast<std::size_t>(size));
    for (std::int64_t i = 0; i < size; ++i)
      ++seen.at(static_cast<std::size_t>(shuffled(i, size, 5)));
    EXPECT_EQ(seen, std::vector<int>(seen.size(), 1)) << size;
  }
}

TEST(Shuffle, HugeSizesStayInside) {
  const std::int64_t size = (std::int64_t{1} << 40) + 12345;
  for (std::int64_t i = 0; i < 1000; ++i) {
    const auto place = shuffled(size - 1 - i, size, 9);
    EXPECT_GE(place, 0);
    EXPECT_LT(place, size);
  }
}

TEST(Shuffle, SeedsGiveDifferentOrders) {
  int equal = 0;
  for (std::int64_t i = 0; i < 1000; ++i) equal += shuffled(i, 1000, 1) == shuffled(i, 1000, 2);
  EXPECT_LT(equal, 12);  // one is expected
}

TEST(Shuffle, NeighboursAreTornApart) {
  double distance = 0;
  for (std::int64_t i = 0; i + 1 < 1000; ++i) {
    distance += static_cast<double>(std::abs(shuffled(i, 1000, 3) - shuffled(i + 1, 1000, 3)));
  }
  EXPECT_NEAR(distance / 999, 1000.0 / 3, 40);  // the mean distance of two random places
}

TEST(Shuffle, OutsideIsAnError) {
  EXPECT_THROW(shuffled(-1, 3, 0), Error);
  EXPECT_THROW(shuffled(3, 3, 0), Error);
  EXPECT_THROW(shuffled(0, 0, 0), Error);
}

}  // namespace
}  // namespace roformer::data
