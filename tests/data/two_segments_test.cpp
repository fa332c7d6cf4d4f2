#include "roformer/data/two_segments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "roformer/data/masked_language_source.h"
#include "tests/data/test_corpus.h"

namespace roformer::data {
namespace {

using TokenIds = std::vector<std::int64_t>;
using TokenTypes = std::vector<std::int32_t>;

const text::SpecialRuns kPair{.before = {{2}, {0}},
                              .between = {{3}, {0}},
                              .after = {{3}, {1}},
                              .first_type = 0,
                              .second_type = 1};

TEST(TwoSegmentsTest, AWordIsOnEitherSide) {
  std::set<std::size_t> places;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Sequence sequence{{2, 10, 11, 12, 13, 3}, 0};
    cut_in_two(sequence, kPair, seed);
    const TokenTypes types = types_of_segments(sequence, kPair);
    TokenIds& ids = sequence.ids;
    ASSERT_EQ(ids.size(), 7u);
    ASSERT_EQ(types.size(), 7u);
    EXPECT_EQ(ids.front(), 2);
    EXPECT_EQ(ids.back(), 3);
    const auto cut = static_cast<std::size_t>(std::find(ids.begin(), ids.end(), 3) - ids.begin());
    EXPECT_EQ(sequence.separator, cut);
    places.insert(cut);
    for (std::size_t i = 0; i < types.size(); ++i) EXPECT_EQ(types[i], i > cut);
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(cut));
    EXPECT_EQ(ids, (TokenIds{2, 10, 11, 12, 13, 3}));
  }
  EXPECT_EQ(places, (std::set<std::size_t>{2, 3, 4}));
}

TEST(TwoSegmentsTest, APairIsCutWhereItsTextsMeet) {
  Sequence sequence{{2, 10, 11, 12, 3, 13, 3}, 4};
  cut_in_two(sequence, kPair, 7);
  EXPECT_EQ(sequence, (Sequence{{2, 10, 11, 12, 3, 13, 3}, 4}));
  EXPECT_EQ(types_of_segments(sequence, kPair), (TokenTypes{0, 0, 0, 0, 0, 1, 1}));
  ASSERT_TRUE(take_second_of({{2, 20, 3, 21, 22, 23, 3}, 2}, 8, sequence));
  EXPECT_EQ(sequence.ids, (TokenIds{2, 10, 11, 12, 3, 21, 22, 3})) << "23 has no room";
  ASSERT_TRUE(take_second_of({{2, 20, 21, 3}, 0}, 8, sequence));
  EXPECT_EQ(sequence.ids, (TokenIds{2, 10, 11, 12, 3, 20, 21, 3}));
  ASSERT_TRUE(take_second_of({{2, 30, 31, 32, 3}, 0}, 8, sequence));
  EXPECT_EQ(sequence.ids, (TokenIds{2, 10, 11, 12, 3, 31, 32, 3})) << "as many as stood there";
}

// Of any size: the first segment is the text's own, the second wholly the other's.
TEST(TwoSegmentsTest, TheSecondOfAnotherPlaceBeginsAtTheCut) {
  const std::vector<Sequence> others = {{{2, 20, 3}, 0},
                                        {{2, 20, 21, 22, 23, 3}, 0},
                                        {{2, 20, 21, 22, 23, 24, 25, 26, 3}, 0},
                                        {{2, 20, 3, 21, 3}, 2},
                                        {{2, 20, 3, 21, 22, 23, 24, 25, 3}, 2}};
  for (const Sequence& other : others) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      Sequence sequence{{2, 10, 11, 12, 13, 3}, 0};
      cut_in_two(sequence, kPair, seed);
      ASSERT_TRUE(take_second_of(other, 10, sequence));
      const TokenTypes types = types_of_segments(sequence, kPair);
      ASSERT_LE(sequence.ids.size(), 10u);
      ASSERT_EQ(sequence.ids[sequence.separator], 3);
      EXPECT_EQ(sequence.ids.back(), 3);
      for (std::size_t i = 1; i + 1 < sequence.ids.size(); ++i) {
        const bool is_word = i != sequence.separator;
        EXPECT_EQ(is_word && sequence.ids[i] >= 20, is_word && types[i] == 1) << i;
      }
    }
  }
  Sequence one{{2, 10, 3}, 0}, two{{2, 10, 3, 11, 3}, 2};
  cut_in_two(one, kPair, 1);
  EXPECT_FALSE(take_second_of({{2, 20, 21, 3}, 0}, 4, one));
  EXPECT_FALSE(take_second_of({{2, 3}, 0}, 5, two));
  EXPECT_EQ(two.ids, (TokenIds{2, 10, 3, 11, 3}));
}

TEST(TwoSegmentsTest, HalfOfTheSecondSegmentsAreOfAnotherPlace) {
  const tests::TestFolder folder;
  DataOptions options = tests::number_options(folder);
  options.segments = 2;
  options.masking.mask_share = options.masking.random_share = 0;  // the tokens stay
  const MaskedLanguageSource plain(options, 1);
  options.next_sentence = true;
  const MaskedLanguageSource source(options, 1);
  const data::BatchRequest request{.stage = {.length = 16, .batch_size = 200, .steps = 1}};
  const MaskedBatch all_follow = plain.batch(request), pairs = source.batch(request);
  EXPECT_TRUE(all_follow.pairs.empty());
  ASSERT_EQ(pairs.pairs.size(), 200u);
  EXPECT_EQ(source.batch(request).pairs, pairs.pairs);
  ASSERT_EQ(all_follow.batch.cu_seqlens, pairs.batch.cu_seqlens);
  EXPECT_EQ(all_follow.batch.segment_ids, pairs.batch.segment_ids);
  std::int64_t others = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    std::array<bool, 2> is_same = {true, true};  // by segment
    for (auto t = pairs.batch.cu_seqlens[i]; t < pairs.batch.cu_seqlens[i + 1]; ++t) {
      const auto token = static_cast<std::size_t>(t);
      if (pairs.batch.tokens[token] != all_follow.batch.tokens[token])
        is_same[static_cast<std::size_t>(pairs.batch.segment_ids[token])] = false;
    }
    EXPECT_TRUE(is_same[0]);
    EXPECT_EQ(is_same[1], pairs.pairs[i] != PairLabel::other_text);
    others += pairs.pairs[i] == PairLabel::other_text;
  }
  EXPECT_NEAR(static_cast<double>(others), 100, 35);  // five deviations
}

TEST(TwoSegmentsTest, ShortOnesStayWhole) {
  for (const TokenIds& ids : {TokenIds{2, 3}, TokenIds{2, 10, 3}, TokenIds{}}) {
    Sequence sequence{ids, 0};
    cut_in_two(sequence, kPair, 5);
    EXPECT_EQ(types_of_segments(sequence, kPair), TokenTypes(ids.size(), 0));
    EXPECT_EQ(sequence.ids, ids);
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
