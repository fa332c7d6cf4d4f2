// Which sequences make a batch: a pure function of seed, stage and step, the same for every kind of
// language model.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/data/stage.h"

namespace roformer::data {

/// The seed of a stage's order of examples, from that of a run.
std::uint64_t order_seed(std::uint64_t run_seed, std::int64_t stage_index);

/// Sequences of one micro-batch of a stage. Throws Error for less than one.
std::int64_t sequences_of_batch(const Stage& stage);

/// A sequence of an epoch.
struct DrawnSequence {
  std::int64_t sequence = 0;
  std::uint64_t epoch = 0;
};

/// The sequences of a micro-batch: each epoch of `in_epoch` sequences has each once, in an order of
/// its own that hangs on `order_seed`.
std::vector<DrawnSequence> draw_sequences(const BatchRequest& request, std::int64_t in_epoch,
                                          std::uint64_t order_seed);

/// All of `all` sequences, or a fixed sample of `most` (0: all), ascending. The same in all runs:
/// their figures must be comparable.
std::vector<std::int64_t> held_out_sample(std::int64_t all, std::int64_t most);

/// The `index`-th element of a permutation of 0 … size − 1. A Feistel network of four rounds on the
/// next even power of two, walked until it lands inside (Black and Rogaway 2002, "Ciphers with
/// arbitrary finite domains").
std::int64_t shuffled(std::int64_t index, std::int64_t size, std::uint64_t seed);

/// One for all runs.
constexpr std::uint64_t held_out_seed = 0x76616C6964ull;

}  // namespace roformer::data
