#include "roformer/data/two_segments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "roformer/data/masked_language_source.h"
#include "tests/data/test_corpus.h"

namespace roformer::data {
namespace {

using Ids = std::vector<std::int64_t>;
using Types = std::vector<std::int32_t>;

const text::SpecialRuns kPair{.before = {{2}, {0}},
                              .between = {{3}, {0}},
                              .after = {{3}, {1}},
                              .first_type = 0,
                              .second_type = 1};

TEST(TwoSegmentsTest, AWordIsOnEitherSide) {
  std::set<std::size_t> places;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Ids ids{2, 10, 11, 12, 13, 3};
    const Types types = cut_in_two(ids, kPair, seed);
    ASSERT_EQ(ids.size(), 7u);
    ASSERT_EQ(types.size(), 7u);
    EXPECT_EQ(ids.front(), 2);
    EXPECT_EQ(ids.back(), 3);
    const auto cut = static_cast<std::size_t>(std::find(ids.begin(), ids.end(), 3) - ids.begin());
    places.insert(cut);
    for (std::size_t i = 0; i < types.size(); ++i) EXPECT_EQ(types[i], i > cut);
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(cut));
    EXPECT_EQ(ids, (Ids{2, 10, 11, 12, 13, 3}));
  }
  EXPECT_EQ(places, (std::set<std::size_t>{2, 3, 4}));
}

TEST(TwoSegmentsTest, ShortOnesStayWhole) {
  for (Ids ids : {Ids{2, 3}, Ids{2, 10, 3}, Ids{}}) {
    const Ids before = ids;
    EXPECT_EQ(cut_in_two(ids, kPair, 5), Types(before.size(), 0));
    EXPECT_EQ(ids, before);
  }
}

TEST(TwoSegmentsTest, BatchesKeepTheirLengthAndTheText) {
  const tests::TestFolder folder;
  DataOptions options = tests::number_options(folder);
  options.segments = 2;
  const MaskedLanguageSource source(options, 1);
  const MaskedBatch masked = source.batch({.stage = {.length = 32, .batch_size = 4, .steps = 9}});
  ASSERT_EQ(masked.batch.cu_seqlens.size(), 5u);
  for (std::size_t i = 0; i < 4; ++i) {
    const auto begin = masked.batch.segment_ids.begin() + masked.batch.cu_seqlens[i],
               end = masked.batch.segment_ids.begin() + masked.batch.cu_seqlens[i + 1];
    EXPECT_LE(end - begin, 32);
    EXPECT_EQ(*begin, 0);
    EXPECT_EQ(*(end - 1), 1);
    EXPECT_TRUE(std::is_sorted(begin, end));
  }
  for (const std::int64_t place : masked.masked_positions)
    EXPECT_NE(masked.batch.tokens[static_cast<std::size_t>(place)], 3) << "[SEP] is not masked";
  options.segments = 1;
  EXPECT_GE(source.num_sequences(32), MaskedLanguageSource(options, 1).num_sequences(32));
}

}  // namespace
}  // namespace roformer::data
