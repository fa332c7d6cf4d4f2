// Batches for translation models: pairs of like length, a pure function of seed, stage and step, as
// those of MaskedLanguageSource.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "roformer/data/length_buckets.h"
#include "roformer/data/stage.h"
#include "roformer/data/token_batch.h"
#include "roformer/parallel/parallel_corpus.h"

namespace roformer::parallel {

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
  data::PairLength length_of(data::Split split, std::int64_t pair) const;
  std::shared_ptr<const data::LengthBuckets> buckets(const data::Stage& stage) const;

  std::shared_ptr<const ParallelCorpus> corpus_;
  std::uint64_t seed_;
  mutable std::mutex mutex_;  // guards the two below: the plan that was asked for last
  mutable data::BatchBudget budget_;
  mutable std::shared_ptr<const data::LengthBuckets> buckets_;
};

}  // namespace roformer::parallel
