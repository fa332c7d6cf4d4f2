// Examples of like length in batches, in a new order each epoch: a pure function of lengths and seed.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/data/batch_budget.h"

namespace roformer::data {

/// Tokens of what is read together, special ones included: a pair, or one text, whose target is 0.
struct PairLength {
  std::int64_t source, target;
};

/// Pairs of like length in batches, as fairseq makes them (data/language_pair_dataset.py and
/// batch_by_size): sorted by length, cut where a budget is full, batches in a new order each epoch.
/// One way of cutting: a function of lengths and budget alone, so every epoch has as many batches.
class LengthBuckets {
 public:
  /// A pair counts as the tokens of its longer side; one beyond the budget is a batch of its own.
  LengthBuckets(const std::vector<PairLength>& lengths, const BatchBudget& budget);

  std::int64_t num_batches() const { return std::ssize(batches_); }
  /// The pairs of the `place`-th batch of an epoch whose order hangs on `seed`: each pair is in one
  /// batch of the epoch; pairs of equal lengths change places.
  std::vector<std::int64_t> batch(std::int64_t place, std::uint64_t seed) const;
  /// The pairs of the `number`-th batch of a run, epoch after epoch, each in an order of its own that
  /// hangs on `order_seed`.
  std::vector<std::int64_t> batch_of_run(std::int64_t number, std::uint64_t order_seed) const;

 private:
  std::vector<std::int64_t> order_;        // pairs by source length, then target length
  std::vector<std::int64_t> group_begin_;  // where each group begins, and the end
  std::vector<BatchRange> batches_;        // of order_
};

}  // namespace roformer::data
