// Which sequences are computed together: the one way of cutting a row of them into batches.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace roformer::data {

/// What a batch may hold.
struct BatchBudget {
  static constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
  std::int64_t tokens = any;
  std::int64_t sequences = any;
  friend bool operator==(const BatchBudget&, const BatchBudget&) = default;
};

/// Sequences begin … end − 1 of a row.
struct BatchRange {
  std::size_t begin, end;
};

/// Cuts a row of sequences of so many tokens where a batch is full. A sequence beyond the budget
/// makes a batch of its own.
std::vector<BatchRange> cut_batches(std::span<const std::int64_t> lengths,
                                    const BatchBudget& budget);

/// Which sequences of a row sorted by length stand first.
enum class LengthOrder { shortest_first, longest_first };

/// Indices of sequences, batch by batch: those of like length together, equal ones in their order.
std::vector<std::vector<std::size_t>> batches_by_length(
    std::span<const std::int64_t> lengths, const BatchBudget& budget,
    LengthOrder order = LengthOrder::shortest_first);

}  // namespace roformer::data
