// Which sequences make a batch: a pure function of seed, stage and step, the same for every kind of
// language model.
#pragma once
#include <cstdint>
#include <vector>

namespace roformer::data {

/// What one stage of training asks of its batches (Table 4 of the paper: length, batch size,
/// steps).
struct StageShape {
  std::int64_t stage = 0;         // its number: each stage has an order of its own
  std::int64_t length = 512;      // tokens of a sequence, special ones included
  std::int64_t batch_size = 64;   // sequences of one (micro) batch;
  std::int64_t batch_tokens = 0;  // if not 0, a budget of tokens instead
  std::int64_t micro_steps =
      1;  // batches that make one step: accumulation, or processes side by side
};

/// Sequences of one batch of this shape. Throws Error for less than one.
std::int64_t sequences_of_batch(const StageShape& shape);

/// A sequence of an epoch.
struct DrawnSequence {
  std::int64_t sequence = 0;
  std::uint64_t epoch = 0;
};

/// The sequences of batch `micro_step` of step `step`, counted from 0 within the stage: each epoch
/// of `in_epoch` sequences has each once, in an order of its own that hangs on `order_seed`.
std::vector<DrawnSequence> draw_sequences(const StageShape& shape, std::int64_t step,
                                          std::int64_t micro_step, std::int64_t in_epoch,
                                          std::uint64_t order_seed);

/// All of `all` sequences, or a fixed sample of `most` (0: all), ascending. The same in all runs:
/// their figures must be comparable.
std::vector<std::int64_t> held_out_sample(std::int64_t all, std::int64_t most);

/// One for all runs.
constexpr std::uint64_t held_out_seed = 0x76616C6964ull;

}  // namespace roformer::data
