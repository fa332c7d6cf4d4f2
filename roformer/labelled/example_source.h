// Batches of labelled examples, a pure function of seed, stage and step, as those of
// MaskedLanguageSource.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "roformer/data/length_buckets.h"
#include "roformer/data/stage.h"
#include "roformer/data/token_batch.h"
#include "roformer/labelled/encoded_corpus.h"

namespace roformer::labelled {

/// Examples of a part, all rows of each. What is asked for of them is the corpus' to say.
struct ExampleBatch {
  data::Split split = data::Split::training;
  std::vector<std::int64_t> examples;  // numbers within the part
  std::vector<std::int64_t> rows;      // those of the examples, in their order
  data::TokenBatch batch;              // a sequence a row
};

class ExampleSource {
 public:
  /// Throws Error for a corpus without examples to learn from.
  ExampleSource(std::shared_ptr<const EncodedCorpus> corpus, std::uint64_t seed);

  /// The micro-batch of a request: stage.batch_size examples of an epoch's order, each once an
  /// epoch; or, where that is 0, examples of like length of at most stage.batch_tokens tokens. Safe
  /// to call from several threads.
  ExampleBatch batch(const data::BatchRequest& request) const;

  /// Micro-batches in which each example is once; of stage.batch_size examples no whole number.
  double batches_in_epoch(const data::Stage& stage) const;

  /// The examples of a held-out part, those of like length together; of more than `most` (0: all)
  /// a fixed sample. Independent of the seed.
  std::vector<ExampleBatch> held_out(data::Split split, std::int64_t batch_tokens,
                                     std::int64_t most = 0) const;
  /// The batch of these examples of a part.
  ExampleBatch batch_of(data::Split split, std::vector<std::int64_t> examples) const;

 private:
  std::shared_ptr<const data::LengthBuckets> buckets(std::int64_t batch_tokens) const;

  std::shared_ptr<const EncodedCorpus> corpus_;
  std::uint64_t seed_;
  mutable std::mutex mutex_;  // guards the two below: the plan that was asked for last
  mutable std::int64_t bucket_tokens_ = 0;
  mutable std::shared_ptr<const data::LengthBuckets> buckets_;
};

}  // namespace roformer::labelled
