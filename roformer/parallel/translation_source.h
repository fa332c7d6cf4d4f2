// Batches for translation models: pairs of like length, a pure function of seed, stage and step, as
// those of MaskedLanguageSource.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "roformer/data/batch_budget.h"
#include "roformer/data/stage.h"
#include "roformer/data/token_batch.h"
#include "roformer/parallel/parallel_corpus.h"

namespace roformer::parallel {

/// Tokens of a pair, special ones included.
struct PairLength {
  std::int64_t source, target;
};

/// Pairs of like length in batches, as fairseq makes them (data/language_pair_dataset.py and
/// batch_by_size): sorted by length, cut where a budget is full, batches in a new order each epoch.
/// One way of cutting: a function of lengths and budget alone, so every epoch has as many batches.
class LengthBuckets {
 public:
  /// A pair counts as the tokens of its longer side; one beyond the budget is a batch of its own.
  LengthBuckets(const std::vector<PairLength>& lengths, const data::BatchBudget& budget);

  std::int64_t num_batches() const { return std::ssize(batches_); }
  /// The pairs of the `place`-th batch of an epoch whose order hangs on `seed`: each pair is in one
  /// batch of the epoch; pairs of equal lengths change places.
  std::vector<std::int64_t> batch(std::int64_t place, std::uint64_t seed) const;

 private:
  std::vector<std::int64_t> order_;        // pairs by source length, then target length
  std::vector<std::int64_t> group_begin_;  // where each group begins, and the end
  std::vector<data::BatchRange> batches_;  // of order_
};

class TranslationSource {
 public:
  TranslationSource(std::shared_ptr<const ParallelCorpus> corpus, std::uint64_t seed);

  const ParallelCorpus& corpus() const { return *corpus_; }

  /// Batches that have each pair once. A batch holds pairs until the sum of the longer sides'
  /// tokens, </s> included, would pass stage.batch_tokens (a longer pair makes a batch of its own),
  /// or stage.batch_size pairs where that is 0. stage.length has no say.
  std::int64_t batches_per_epoch(const data::Stage& stage) const;

  /// The micro-batch of a request. Safe to call from several threads.
  data::PairBatch batch(const data::BatchRequest& request) const;

  /// Pairs of a held-out part in their order, in batches of at most `batch_tokens` tokens of the
  /// longer sides (at least one pair); of more than `max_pairs` (0: all) a fixed sample.
  /// Independent of the seed.
  std::vector<data::PairBatch> held_out_batches(data::Split split, std::int64_t batch_tokens,
                                                std::int64_t max_pairs = 0) const;

  /// The batch of these pairs of a part.
  data::PairBatch batch_of(data::Split split, std::span<const std::int64_t> pairs) const;

 private:
  PairLength length_of(data::Split split, std::int64_t pair) const;
  std::shared_ptr<const LengthBuckets> buckets(const data::Stage& stage) const;

  std::shared_ptr<const ParallelCorpus> corpus_;
  std::uint64_t seed_;
  mutable std::mutex mutex_;  // guards the two below: the plan that was asked for last
  mutable data::BatchBudget budget_;
  mutable std::shared_ptr<const LengthBuckets> buckets_;
};

}  // namespace roformer::parallel
