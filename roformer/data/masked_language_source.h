// Batches for the masked language model. A batch is a pure function of seed, stage and step: a
// resumed run needs no state of the data, and any thread may make any batch.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "roformer/data/corpus.h"
#include "roformer/data/masking.h"
#include "roformer/data/packing.h"
#include "roformer/data/sequence_order.h"
#include "roformer/data/token_batch.h"

namespace roformer::data {

class MaskedLanguageSource {
 public:
  MaskedLanguageSource(std::shared_ptr<const Corpus> corpus, std::uint64_t seed);
  /// Opens the corpus that `options` describe.
  MaskedLanguageSource(const DataOptions& options, std::uint64_t seed, int threads = 0);

  const Corpus& corpus() const { return *corpus_; }
  const text::Tokenizer& tokenizer() const { return corpus_->tokenizer(); }

  /// Training sequences of one length: an epoch.
  std::int64_t num_sequences(std::int64_t length) const;
  std::int64_t num_validation_sequences(std::int64_t length) const;
  /// Epochs behind us when `step` of a stage begins.
  double epoch(const Stage& stage, std::int64_t step) const;

  /// The micro-batch of a request. Safe to call from several threads.
  MaskedBatch batch(const BatchRequest& request) const;

  /// Held-out sequences under one fixed masking, in batches of at most `batch_tokens` tokens (at
  /// least one sequence); of more than `max_sequences` (0: all) a fixed sample. Independent of the
  /// training seed.
  std::vector<MaskedBatch> validation_batches(std::int64_t length, std::int64_t batch_tokens,
                                              std::int64_t max_sequences = 0) const;

 private:
  void append(MaskedBatch& batch, const PackedDocuments& documents, std::int64_t length,
              std::int64_t sequence, std::uint64_t masking_seed) const;
  std::shared_ptr<const Corpus> corpus_;
  std::uint64_t seed_;
  PackedDocuments training_;
  PackedDocuments validation_;
  MaskingVocabulary vocabulary_;
};

}  // namespace roformer::data
