// Batches of labelled rows, a pure function of seed, stage and step, as those of
// MaskedLanguageSource.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "roformer/data/length_buckets.h"
#include "roformer/data/stage.h"
#include "roformer/data/token_batch.h"
#include "roformer/labelled/labelled_corpus.h"

namespace roformer::labelled {

/// Rows and what is asked for of each.
struct LabelledBatch {
  data::TokenBatch batch;
  std::vector<std::int64_t> classes;  // of a classification
  std::vector<float> numbers;         // of a regression
};

class LabelledSource {
 public:
  LabelledSource(std::shared_ptr<const LabelledCorpus> corpus, std::uint64_t seed);

  const LabelledCorpus& corpus() const { return *corpus_; }

  /// The micro-batch of a request: stage.batch_size rows of an epoch's order, each row once an
  /// epoch; or, where that is 0, rows of like length of at most stage.batch_tokens tokens. Safe to
  /// call from several threads.
  LabelledBatch batch(const data::BatchRequest& request) const;

  /// The rows of a held-out part, those of like length together; of more than `most` (0: all) a
  /// fixed sample. Independent of the seed.
  std::vector<std::vector<std::int64_t>> held_out_rows(data::Split split, std::int64_t batch_tokens,
                                                       std::int64_t most = 0) const;
  /// The batch of these rows of a part.
  LabelledBatch batch_of(data::Split split, const std::vector<std::int64_t>& rows) const;

 private:
  std::shared_ptr<const data::LengthBuckets> buckets(std::int64_t batch_tokens) const;

  std::shared_ptr<const LabelledCorpus> corpus_;
  std::uint64_t seed_;
  mutable std::mutex mutex_;  // guards the two below: the plan that was asked for last
  mutable std::int64_t bucket_tokens_ = 0;
  mutable std::shared_ptr<const data::LengthBuckets> buckets_;
};

}  // namespace roformer::labelled
