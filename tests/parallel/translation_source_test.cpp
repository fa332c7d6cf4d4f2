#include "roformer/parallel/translation_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "roformer/base/random.h"
#include "tests/base/test_files.h"
#include "tests/parallel/parallel_test_files.h"

namespace roformer::parallel {
namespace {

std::shared_ptr<const ParallelCorpus> small_corpus(int pairs = 300) {
  const tests::TestFolder folder;
  return std::make_shared<const ParallelCorpus>(tests::number_pairs(folder, pairs), 1);
}

std::int64_t sequences(const data::TokenBatch& batch) {
  return static_cast<std::int64_t>(batch.cu_seqlens.size()) - 1;
}

std::int64_t longer_sides(const data::PairBatch& batch) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i + 1 < batch.source.cu_seqlens.size(); ++i) {
    sum += std::max(batch.source.cu_seqlens[i + 1] - batch.source.cu_seqlens[i],
                    batch.target.cu_seqlens[i + 1] - batch.target.cu_seqlens[i]);
  }
  return sum;
}

// The sequences of a batch as (source, labels).
std::multiset<std::vector<std::int64_t>> contents(const data::PairBatch& batch) {
  std::multiset<std::vector<std::int64_t>> all;
  for (std::size_t i = 0; i + 1 < batch.source.cu_seqlens.size(); ++i) {
    std::vector<std::int64_t> pair(batch.source.tokens.begin() + batch.source.cu_seqlens[i],
                                   batch.source.tokens.begin() + batch.source.cu_seqlens[i + 1]);
    pair.insert(pair.end(), batch.labels.begin() + batch.target.cu_seqlens[i],
                batch.labels.begin() + batch.target.cu_seqlens[i + 1]);
    all.insert(std::move(pair));
  }
  return all;
}

std::multiset<std::vector<std::int64_t>> epoch_of(const TranslationSource& source,
                                                  const data::Stage& stage, std::int64_t epoch) {
  std::multiset<std::vector<std::int64_t>> all;
  const auto count = source.batches_per_epoch(stage);
  for (std::int64_t b = epoch * count; b < (epoch + 1) * count; ++b)
    all.merge(contents(source.batch({stage, 0, b / stage.accumulate, b % stage.accumulate})));
  return all;
}

TEST(TranslationSource, ShiftedTargets) {
  const auto corpus = small_corpus(40);
  const TranslationSource source(corpus, 1);
  const auto batch = source.batch({{.batch_size = 4}});
  ASSERT_EQ(sequences(batch.source), 4);
  ASSERT_EQ(batch.labels.size(), batch.target.tokens.size());
  const auto end = corpus->tokenizer().end_id(), pad = corpus->tokenizer().pad_id();
  for (std::size_t i = 0; i < 4; ++i) {
    const auto begin = static_cast<std::size_t>(batch.target.cu_seqlens[i]);
    const auto last = static_cast<std::size_t>(batch.target.cu_seqlens[i + 1]) - 1;
    EXPECT_EQ(batch.target.tokens[begin], pad);
    EXPECT_EQ(batch.target.position_ids[begin], 0);
    EXPECT_EQ(batch.labels[last], end);
    for (std::size_t t = begin; t < last; ++t)
      EXPECT_EQ(batch.labels[t], batch.target.tokens[t + 1]);
    EXPECT_EQ(batch.source.tokens[static_cast<std::size_t>(batch.source.cu_seqlens[i + 1]) - 1],
              end);
  }
}

TEST(TranslationSource, EachPairOnceAnEpoch) {
  const auto corpus = small_corpus();
  const TranslationSource source(corpus, 3);
  const data::Stage by_tokens{.batch_tokens = 100, .accumulate = 3};
  const auto first = epoch_of(source, by_tokens, 0);
  EXPECT_EQ(static_cast<std::int64_t>(first.size()), corpus->size(data::Split::training));
  EXPECT_EQ(first, epoch_of(source, by_tokens, 1));
  EXPECT_EQ(first, epoch_of(source, {.batch_size = 7}, 0));
}

TEST(TranslationSource, BudgetsHold) {
  const auto corpus = small_corpus();
  const TranslationSource source(corpus, 3);
  for (const std::int64_t budget : {1, 30, 100, 1000, 1'000'000}) {
    const data::Stage stage{.batch_tokens = budget};
    std::int64_t tokens = 0;
    for (std::int64_t b = 0; b < source.batches_per_epoch(stage); ++b) {
      const auto batch = source.batch({stage, 0, b});
      const auto cost = longer_sides(batch);
      EXPECT_TRUE(cost <= budget || sequences(batch.source) == 1) << cost;
      tokens += cost;
    }
    // Batches are nearly full: two neighbours would not fit into one.
    EXPECT_LE(source.batches_per_epoch(stage),
              std::max<std::int64_t>(corpus->size(data::Split::training) * (budget == 1),
                                     2 * tokens / budget + 1));
  }
  const data::Stage by_pairs{.batch_size = 7};
  EXPECT_EQ(source.batches_per_epoch(by_pairs), (corpus->size(data::Split::training) + 6) / 7);
}

TEST(TranslationSource, APureFunctionOfSeedAndStep) {
  const auto corpus = small_corpus();
  const TranslationSource one(corpus, 3), same(corpus, 3), other(corpus, 4);
  const data::Stage stage{.batch_tokens = 100};
  const auto epoch = one.batches_per_epoch(stage);
  bool seeds_differ = false, stages_differ = false, epochs_differ = false, ties_move = false;
  std::set<std::multiset<std::vector<std::int64_t>>> first_epoch;
  for (std::int64_t step = 0; step < epoch; ++step) {
    const auto batch = one.batch({stage, 0, step}).source.tokens;
    one.batch({{.batch_size = 3}, 0, step});  // another plan between
    EXPECT_EQ(batch, one.batch({stage, 0, step}).source.tokens);
    EXPECT_EQ(batch, same.batch({stage, 0, step}).source.tokens);
    seeds_differ |= batch != other.batch({stage, 0, step}).source.tokens;
    stages_differ |= batch != one.batch({stage, 1, step}).source.tokens;
    epochs_differ |= batch != one.batch({stage, 0, step + epoch}).source.tokens;
    first_epoch.insert(contents(one.batch({stage, 0, step})));
  }
  for (std::int64_t step = epoch; step < 2 * epoch; ++step)
    ties_move |= !first_epoch.contains(contents(one.batch({stage, 0, step})));
  EXPECT_TRUE(seeds_differ && stages_differ && epochs_differ);
  EXPECT_TRUE(ties_move);
}

TEST(TranslationSource, HeldOut) {
  const auto corpus = small_corpus();
  const TranslationSource source(corpus, 3);
  std::int64_t pairs = 0;
  for (const auto& batch : source.held_out_batches(data::Split::test, 50)) {
    EXPECT_TRUE(longer_sides(batch) <= 50 || sequences(batch.source) == 1);
    pairs += sequences(batch.source);
  }
  EXPECT_EQ(pairs, corpus->size(data::Split::test));
  pairs = 0;
  for (const auto& batch : source.held_out_batches(data::Split::validation, 1, 5))
    pairs += sequences(batch.source);
  EXPECT_EQ(pairs, 5);
}

TEST(TranslationSource, Errors) {
  const TranslationSource source(small_corpus(40), 3);
  EXPECT_THROW(source.batch({{.batch_size = 0}}), Error);
  EXPECT_THROW(source.batch({{.batch_size = 2}, 0, -1}), Error);
  EXPECT_THROW(source.batch({{.batch_size = 2, .accumulate = 2}, 0, 0, 2}), Error);
}

}  // namespace
}  // namespace roformer::parallel
