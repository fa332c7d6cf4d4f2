#include "roformer/data/masked_language_source.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "tests/data/test_corpus.h"

namespace roformer::data {
namespace {

// What stood in the batch before masking.
std::vector<std::int64_t> unmasked(const MaskedBatch& masked) {
  auto tokens = masked.batch.tokens;
  for (std::size_t i = 0; i < masked.labels.size(); ++i) {
    tokens[static_cast<std::size_t>(masked.masked_positions[i])] = masked.labels[i];
  }
  return tokens;
}

std::vector<std::vector<std::int64_t>> sequences_of(const MaskedBatch& masked) {
  const auto tokens = unmasked(masked);
  std::vector<std::vector<std::int64_t>> sequences;
  for (std::size_t i = 0; i + 1 < masked.batch.cu_seqlens.size(); ++i) {
    sequences.emplace_back(tokens.begin() + masked.batch.cu_seqlens[i],
                           tokens.begin() + masked.batch.cu_seqlens[i + 1]);
  }
  return sequences;
}

bool same(const MaskedBatch& a, const MaskedBatch& b) {
  return a.batch.tokens == b.batch.tokens && a.batch.cu_seqlens == b.batch.cu_seqlens &&
         a.labels == b.labels && a.masked_positions == b.masked_positions;
}

TEST(MaskedLanguageSourceTest, BatchesAreWellFormed) {
  const tests::TestFolder folder;
  const MaskedLanguageSource source(tests::number_options(folder), 1);
  const Stage stage{32, 4};
  for (std::int64_t step = 0; step < 100; ++step) {
    const auto masked = source.batch({stage, 0, step});
    const auto& batch = masked.batch;
    ASSERT_EQ(batch.cu_seqlens.size(), 5u);
    ASSERT_EQ(batch.cu_seqlens.back(), static_cast<std::int32_t>(batch.tokens.size()));
    ASSERT_EQ(batch.position_ids.size(), batch.tokens.size());
    ASSERT_EQ(batch.segment_ids, std::vector<std::int64_t>(batch.tokens.size(), 0));
    ASSERT_EQ(masked.labels.size(), masked.masked_positions.size());
    for (std::size_t i = 0; i < 4; ++i) {
      const auto begin = static_cast<std::size_t>(batch.cu_seqlens[i]),
                 end = static_cast<std::size_t>(batch.cu_seqlens[i + 1]);
      EXPECT_EQ(batch.tokens[begin], 2);
      EXPECT_EQ(batch.tokens[end - 1], 3);
      for (std::size_t at = begin; at < end; ++at)
        EXPECT_EQ(batch.position_ids[at], static_cast<std::int64_t>(at - begin));
      EXPECT_TRUE(std::any_of(masked.masked_positions.begin(), masked.masked_positions.end(),
                              [&](std::int64_t position) {
                                return position >= static_cast<std::int64_t>(begin) &&
                                       position < static_cast<std::int64_t>(end);
                              }));
    }
    for (const auto label : masked.labels) EXPECT_GE(label, 5);  // never a special token
  }
}

TEST(MaskedLanguageSourceTest, PureFunctionOfSeedStageAndStep) {
  const tests::TestFolder folder;
  const auto options = tests::number_options(folder);
  const MaskedLanguageSource source(options, 1), again(options, 1), other(options, 2);
  const Stage stage{32, 4};
  for (const std::int64_t step : {0, 1, 77, 1000}) {
    const auto batch = source.batch({stage, 0, step});
    MaskedBatch elsewhere;
    std::thread([&] { elsewhere = again.batch({stage, 0, step}); }).join();
    EXPECT_TRUE(same(batch, elsewhere));
    EXPECT_FALSE(same(batch, other.batch({stage, 0, step})));
    EXPECT_FALSE(same(batch, source.batch({stage, 0, step + 1})));
    EXPECT_FALSE(same(batch, source.batch({stage, 1, step})));
  }
}

TEST(MaskedLanguageSourceTest, AnEpochSeesEachSequenceOnce) {
  const tests::TestFolder folder;
  const MaskedLanguageSource source(tests::number_options(folder), 3);
  const Stage stage{32, 1};
  const std::int64_t count = source.num_sequences(32);
  std::multiset<std::vector<std::int64_t>> first, second;
  int masked_alike = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    first.insert(unmasked(source.batch({stage, 0, i})));
    second.insert(unmasked(source.batch({stage, 0, count + i})));
    masked_alike += same(source.batch({stage, 0, i}), source.batch({stage, 0, count + i}));
  }
  EXPECT_EQ(first, second);
  EXPECT_LT(masked_alike, 3);  // another order and other masks
  EXPECT_DOUBLE_EQ(source.epoch(stage, count), 1.0);
}

TEST(MaskedLanguageSourceTest, MicroStepsDivideTheStep) {
  const tests::TestFolder folder;
  const MaskedLanguageSource source(tests::number_options(folder), 4);
  const auto whole = sequences_of(source.batch({{32, 6}, 0, 5}));
  const Stage parts{32, 2, 0, 3};
  std::vector<std::vector<std::int64_t>> together;
  for (std::int64_t micro_step = 0; micro_step < 3; ++micro_step) {
    for (auto& sequence : sequences_of(source.batch({parts, 0, 5, micro_step})))
      together.push_back(sequence);
  }
  EXPECT_EQ(together, whole);
  EXPECT_THROW(source.batch({parts, 0, 5, 3}), Error);
  EXPECT_THROW(source.batch({parts, 0, -1}), Error);
}

TEST(MaskedLanguageSourceTest, TokenBudget) {
  const tests::TestFolder folder;
  const MaskedLanguageSource source(tests::number_options(folder), 5);
  EXPECT_EQ(sequences_of_batch({32, 64, 100}), 3);
  EXPECT_EQ(sequences_of_batch({512, 64, 100}), 1);
  EXPECT_EQ(source.batch({{32, 64, 100}}).batch.cu_seqlens.size(), 4u);
  EXPECT_THROW(source.batch({{32, 0, 0}}), Error);
}

TEST(MaskedLanguageSourceTest, BatchLargerThanTheCorpus) {
  const tests::TestFolder folder;
  const MaskedLanguageSource source(tests::number_options(folder, 3), 6);
  const auto batch = source.batch({{16, 50}, 0, 2});
  EXPECT_EQ(batch.batch.cu_seqlens.size(), 51u);
}

TEST(MaskedLanguageSourceTest, ValidationIsFixedAndHeldOut) {
  const tests::TestFolder folder;
  const auto options = tests::number_options(folder);
  const MaskedLanguageSource source(options, 7), other(options, 8);
  const auto batches = source.validation_batches(32, 100),
             same_batches = other.validation_batches(32, 100);
  ASSERT_EQ(batches.size(), same_batches.size());
  std::int64_t sequences = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    EXPECT_TRUE(same(batches[i], same_batches[i]));
    EXPECT_LE(batches[i].batch.tokens.size(), 100u);
    sequences += static_cast<std::int64_t>(batches[i].batch.cu_seqlens.size()) - 1;
  }
  EXPECT_EQ(sequences, source.num_validation_sequences(32));

  const auto sample = source.validation_batches(32, 1, 4);
  EXPECT_EQ(sample.size(), 4u);  // a batch has at least one sequence
  EXPECT_EQ(source.validation_batches(32, 1000000, 1000000).size(), 1u);
}

}  // namespace
}  // namespace roformer::data
