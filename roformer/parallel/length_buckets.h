// Pairs of like length in batches, as fairseq makes them (data/language_pair_dataset.py and
// batch_by_size): sorted by length, cut where a budget is full, the batches in a new order every
// epoch.
#pragma once
#include <cstdint>
#include <vector>

namespace roformer::parallel {

/// Tokens of a pair, special ones included.
struct PairLength {
  std::int64_t source, target;
};

/// What a batch may hold: a sum over its pairs of the longer side's tokens, or a number of pairs.
struct BatchBudget {
  std::int64_t tokens = 0;  // 0: by pairs
  std::int64_t pairs = 0;
  friend bool operator==(const BatchBudget&, const BatchBudget&) = default;
};

/// One way of cutting: a function of lengths and budget alone, so every epoch has as many batches.
class LengthBuckets {
 public:
  /// A pair beyond the budget makes a batch of its own.
  LengthBuckets(const std::vector<PairLength>& lengths, const BatchBudget& budget);

  std::int64_t num_batches() const { return static_cast<std::int64_t>(starts_.size()) - 1; }
  /// The pairs of the `place`-th batch of an epoch whose order hangs on `seed`: each pair is in one
  /// batch of the epoch; pairs of equal lengths change places.
  std::vector<std::int64_t> batch(std::int64_t place, std::uint64_t seed) const;

 private:
  std::vector<std::int64_t> order_;        // pairs by source length, then target length
  std::vector<std::int64_t> group_begin_;  // where each group begins, and the end
  std::vector<std::int64_t> starts_;       // where each batch begins, and the end
};

}  // namespace roformer::parallel
