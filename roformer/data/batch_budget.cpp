#include "roformer/data/batch_budget.h"

#include <algorithm>
#include <numeric>

namespace roformer::data {

std::vector<BatchRange> cut_batches(std::span<const std::int64_t> lengths,
                                    const BatchBudget& budget) {
  std::vector<BatchRange> batches;
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const bool full = batches.empty() || lengths[i] > budget.tokens - tokens ||
                      static_cast<std::int64_t>(i - batches.back().begin) >= budget.sequences;
    if (full) {
      batches.push_back({i, i});
      tokens = 0;
    }
    tokens += lengths[i];
    batches.back().end = i + 1;
  }
  return batches;
}

std::vector<std::vector<std::size_t>> batches_by_length(std::span<const std::int64_t> lengths,
                                                        const BatchBudget& budget,
                                                        LengthOrder order) {
  std::vector<std::size_t> sorted(lengths.size());
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::stable_sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
    return order == LengthOrder::shortest_first ? lengths[a] < lengths[b] : lengths[a] > lengths[b];
  });
  std::vector<std::int64_t> sorted_lengths;
  for (const std::size_t i : sorted) sorted_lengths.push_back(lengths[i]);
  std::vector<std::vector<std::size_t>> batches;
  for (const auto& [begin, end] : cut_batches(sorted_lengths, budget))
    batches.emplace_back(sorted.begin() + static_cast<std::ptrdiff_t>(begin),
                         sorted.begin() + static_cast<std::ptrdiff_t>(end));
  return batches;
}

}  // namespace roformer::data
