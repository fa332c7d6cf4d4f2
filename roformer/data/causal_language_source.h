// Batches for causal language models: sequences of a token stream and the tokens that follow
// theirs. A batch is a pure function of seed, stage and step, as that of MaskedLanguageSource.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "roformer/data/sequence_order.h"
#include "roformer/data/token_batch.h"
#include "roformer/data/token_stream.h"

namespace roformer::data {

class CausalLanguageSource {
 public:
  CausalLanguageSource(std::shared_ptr<const TokenStream> stream, std::uint64_t seed)
      : stream_(std::move(stream)), seed_(seed) {}

  const TokenStream& stream() const { return *stream_; }

  /// Sequences of `length` tokens in a part, the last may be shorter: every token of the part but
  /// its first is the target of exactly one place. 0 for a part of less than two tokens.
  std::int64_t num_sequences(std::int64_t length, Split split = Split::training) const;

  /// The micro-batch of a request. Safe to call from several threads. Throws Error where there is
  /// nothing to learn from.
  CausalBatch batch(const BatchRequest& request) const;

  /// Sequences of a held-out part in batches of at most `batch_tokens` tokens (at least one
  /// sequence); of more than `max_sequences` (0: all) a fixed sample. Independent of the seed.
  ///
  /// With a `passage`, a multiple of `length`, whole passages of so many tokens are drawn, and each
  /// is cut into its sequences: max_sequences · length / passage of them, at least one. So every
  /// length that divides the passage scores the same tokens, each once, as long as max_sequences ·
  /// length is the same. Throws Error where the part has no whole passage.
  std::vector<CausalBatch> held_out_batches(Split split, std::int64_t length,
                                            std::int64_t batch_tokens,
                                            std::int64_t max_sequences = 0,
                                            std::int64_t passage = 0) const;

 private:
  std::vector<std::int64_t> sequences_of_passages(Split split, std::int64_t length,
                                                  std::int64_t max_sequences,
                                                  std::int64_t passage) const;
  void append(CausalBatch& batch, Split split, std::int64_t length, std::int64_t sequence) const;
  std::shared_ptr<const TokenStream> stream_;
  std::uint64_t seed_;
};

}  // namespace roformer::data
