#include "roformer/data/batch_budget.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace roformer::data {
namespace {

using Lengths = std::vector<std::int64_t>;
using Batches = std::vector<std::vector<std::size_t>>;

// Sizes of the batches of a row.
std::vector<std::size_t> cut_sizes(const Lengths& lengths, const BatchBudget& budget) {
  std::vector<std::size_t> sizes;
  std::size_t next = 0;
  for (const auto& [begin, end] : cut_batches(lengths, budget)) {
    EXPECT_EQ(begin, next);
    next = end;
    sizes.push_back(end - begin);
  }
  EXPECT_EQ(next, lengths.size());
  return sizes;
}

TEST(CutBatches, EndWhereTheBudgetOfTokensIsFull) {
  EXPECT_EQ(cut_sizes({3, 3, 3, 3, 3}, {.tokens = 6}), (std::vector<std::size_t>{2, 2, 1}));
  EXPECT_EQ(cut_sizes({3, 3, 3, 3, 3}, {.tokens = 8}), (std::vector<std::size_t>{2, 2, 1}));
  EXPECT_EQ(cut_sizes({4, 1, 1, 5}, {.tokens = 6}), (std::vector<std::size_t>{3, 1}));
}

TEST(CutBatches, ALongerSequenceStandsAlone) {
  EXPECT_EQ(cut_sizes({1, 50, 1, 1}, {.tokens = 4}), (std::vector<std::size_t>{1, 1, 2}));
  EXPECT_EQ(cut_sizes({9, 9}, {.tokens = 0}), (std::vector<std::size_t>{1, 1}));
}

TEST(CutBatches, EndWhereThereAreEnoughSequences) {
  EXPECT_EQ(cut_sizes({7, 7, 7, 7, 7}, {.sequences = 2}), (std::vector<std::size_t>{2, 2, 1}));
  EXPECT_EQ(cut_sizes({1, 1, 1, 9, 1, 1}, {10, 3}), (std::vector<std::size_t>{3, 2, 1}));
}

TEST(CutBatches, WithoutALimitThereIsOneBatch) {
  constexpr std::int64_t half = BatchBudget::any / 2;
  EXPECT_EQ(cut_sizes({half, half, 1}, {}), (std::vector<std::size_t>{3}));
  EXPECT_EQ(cut_sizes({half, half, 2}, {}), (std::vector<std::size_t>{2, 1}));
  EXPECT_TRUE(cut_batches({}, {}).empty());
}

TEST(BatchesByLength, PutsLikeLengthsTogetherInTheirOrder) {
  EXPECT_EQ(batches_by_length(Lengths{3, 1, 3, 2, 1}, {.tokens = 4}),
            (Batches{{1, 4, 3}, {0}, {2}}));
  EXPECT_EQ(batches_by_length(Lengths{3, 1, 3, 2, 1}, {6, 2}, LengthOrder::longest_first),
            (Batches{{0, 2}, {3, 1}, {4}}));
}

TEST(BatchesByLength, KeepsToTheBudgetAndHoldsEachSequenceOnce) {
  const Lengths lengths = {5, 100, 2, 7, 2, 2, 31, 30, 0, 1};
  std::vector<int> seen(lengths.size(), 0);
  for (const auto& batch : batches_by_length(lengths, {.tokens = 32})) {
    std::int64_t tokens = 0;
    for (const std::size_t index : batch) {
      ++seen[index];
      tokens += lengths[index];
    }
    EXPECT_TRUE(tokens <= 32 || batch.size() == 1);
  }
  EXPECT_EQ(seen, std::vector<int>(lengths.size(), 1));
  EXPECT_TRUE(batches_by_length({}, {.tokens = 32}).empty());
}

}  // namespace
}  // namespace roformer::data
