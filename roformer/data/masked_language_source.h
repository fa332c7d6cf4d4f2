// Batches for the masked language model. A batch is a pure function of seed, stage and step: a
// resumed run needs no state of the data, and any thread may make any batch.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "roformer/data/corpus.h"
#include "roformer/data/data_options.h"
#include "roformer/data/masking_units.h"
#include "roformer/data/sequence_order.h"
#include "roformer/data/sequences.h"
#include "roformer/data/token_batch.h"

namespace roformer::data {

/// The ids that masking must know.
struct MaskingVocabulary {
  std::int64_t vocab_size = 0;
  std::int64_t mask_id = 0;
  std::vector<bool> special;  // (vocab_size): never masked, never drawn as a random replacement
  std::shared_ptr<const MaskingUnits> words = {};  // masked as a whole; none: tokens one by one
};

struct MaskedTokens {
  std::vector<std::int64_t> positions;  // ascending
  std::vector<std::int64_t> labels;     // what stood there
};

/// BERT's masking of one sequence, a pure function of the seed. Masks `tokens` in place:
/// round(share · n) of its n ordinary tokens, at least one if there is any. Of whole words at most
/// so many tokens, in the order of a draw those words that still fit; where none does the first.
MaskedTokens mask_tokens(std::span<std::int64_t> tokens, const MaskingOptions& options,
                         const MaskingVocabulary& vocabulary, std::uint64_t seed);

class MaskedLanguageSource {
 public:
  MaskedLanguageSource(std::shared_ptr<const Corpus> corpus, std::uint64_t seed);
  /// Opens the corpus that `options` describe.
  MaskedLanguageSource(const DataOptions& options, std::uint64_t seed, int threads = 0);

  const Corpus& corpus() const { return *corpus_; }
  const text::Tokenizer& tokenizer() const { return corpus_->tokenizer(); }

  /// Training sequences of one length: an epoch.
  std::int64_t num_sequences(std::int64_t length, Split split = Split::training) const {
    return part(split).count(read_length(length));
  }
  /// Epochs behind us when `step` of a stage begins.
  double epoch(const Stage& stage, std::int64_t step) const;

  /// The micro-batch of a request. Safe to call from several threads.
  MaskedBatch batch(const BatchRequest& request) const;

  /// Sequences of a held-out part under one fixed masking, in batches of at most `batch_tokens`
  /// tokens (at least one sequence); of more than `max_sequences` (0: all) a fixed sample.
  /// Independent of the training seed.
  std::vector<MaskedBatch> held_out_batches(Split split, std::int64_t length,
                                            std::int64_t batch_tokens,
                                            std::int64_t max_sequences = 0) const;

 private:
  // Of a sequence of `length` tokens, those that are read of the text, [CLS] and [SEP] included: a
  // second segment's [SEP] is not, where the text has none.
  std::int64_t read_length(std::int64_t length) const {
    const DataOptions& options = corpus_->options();
    const bool has_own = options.document == documents::DocumentRule::pair;
    return has_own ? length : length - (options.segments - 1);
  }
  // Of data.next_sentence: whether the second segment becomes that of another sequence.
  PairLabel draw_pair(const Sequences& documents, std::int64_t length, std::int64_t number,
                      std::uint64_t masking_seed, Sequence& sequence) const;
  void append(MaskedBatch& batch, const Sequences& documents, std::int64_t length,
              std::int64_t number, std::uint64_t masking_seed) const;
  std::shared_ptr<const Corpus> corpus_;
  std::uint64_t seed_;
  const Sequences& part(Split split) const { return *parts_[static_cast<std::size_t>(split)]; }
  std::array<std::unique_ptr<Sequences>, 3> parts_;
  MaskingVocabulary vocabulary_;
};

}  // namespace roformer::data
