#include "roformer/data/length_buckets.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/data/sequence_order.h"

namespace roformer::data {

LengthBuckets::LengthBuckets(const std::vector<PairLength>& lengths, const BatchBudget& budget)
    : order_(lengths.size()) {
  base::require(budget.tokens > 0 && budget.sequences > 0,
                "[data] expected batches of 1 or more pairs but got {}", budget.sequences);
  const auto length = [&](std::int64_t pair) -> const PairLength& {
    return lengths[static_cast<std::size_t>(pair)];
  };
  std::iota(order_.begin(), order_.end(), std::int64_t{0});
  std::sort(order_.begin(), order_.end(), [&](std::int64_t a, std::int64_t b) {
    return std::tuple(length(a).source, length(a).target, a) <
           std::tuple(length(b).source, length(b).target, b);
  });
  std::vector<std::int64_t> longer;  // of the two sides
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const PairLength& now = length(order_[i]);
    const bool new_group = i == 0 || length(order_[i - 1]).source != now.source ||
                           length(order_[i - 1]).target != now.target;
    if (new_group) group_begin_.push_back(static_cast<std::int64_t>(i));
    longer.push_back(std::max(now.source, now.target));
  }
  group_begin_.push_back(static_cast<std::int64_t>(order_.size()));
  batches_ = cut_batches(longer, budget);
}

std::vector<std::int64_t> LengthBuckets::batch(std::int64_t place, std::uint64_t seed) const {
  const std::int64_t batch = shuffled(place, num_batches(), base::derive(seed, 0));
  const auto& range = batches_[static_cast<std::size_t>(batch)];
  const auto begin = static_cast<std::int64_t>(range.begin);
  const auto end = static_cast<std::int64_t>(range.end);
  auto group = std::upper_bound(group_begin_.begin(), group_begin_.end(), begin) - 1;
  std::vector<std::int64_t> pairs;
  for (std::int64_t i = begin; i < end; ++i) {
    while (i >= group[1]) ++group;
    const std::int64_t first = group[0], size = group[1] - first;
    const std::uint64_t tie_seed = base::derive(seed, static_cast<std::uint64_t>(first) + 1);
    const std::int64_t from = first + shuffled(i - first, size, tie_seed);
    pairs.push_back(order_[static_cast<std::size_t>(from)]);
  }
  return pairs;
}

std::vector<std::int64_t> LengthBuckets::batch_of_run(std::int64_t number,
                                                      std::uint64_t order_seed) const {
  const auto epoch = static_cast<std::uint64_t>(number / num_batches());
  return batch(number % num_batches(), base::derive(order_seed, epoch));
}

}  // namespace roformer::data
