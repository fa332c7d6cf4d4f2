#include "roformer/data/sequence_order.h"

#include <algorithm>
#include <bit>

#include "roformer/base/error.h"
#include "roformer/base/random.h"

namespace roformer::data {

std::int64_t shuffled(std::int64_t index, std::int64_t size, std::uint64_t seed) {
  base::require(index >= 0 && index < size, "[data] expected an index of 0 … {} but got {}",
                size - 1, index);
  const int half_bits = (std::bit_width(static_cast<std::uint64_t>(size - 1)) + 1) / 2;
  const std::uint64_t half_mask = (std::uint64_t{1} << half_bits) - 1;
  auto value = static_cast<std::uint64_t>(index);
  do {  // the network permutes fewer than 4 · size + 1 values: few rounds of the walk
    std::uint64_t left = value >> half_bits, right = value & half_mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const std::uint64_t next =
          left ^ (base::derive(base::derive(seed, round), right) & half_mask);
      left = right;
      right = next;
    }
    value = (left << half_bits) | right;
  } while (value >= static_cast<std::uint64_t>(size));
  return static_cast<std::int64_t>(value);
}

std::uint64_t order_seed(std::uint64_t run_seed, std::int64_t stage_index) {
  return base::derive(base::derive(run_seed, base::SeedUse::order),
                      static_cast<std::uint64_t>(stage_index));
}

std::int64_t sequences_of_batch(const Stage& stage) {
  base::require(stage.batch_size > 0 || stage.batch_tokens > 0,
                "[data] expected a batch of 1 or more sequences but got {}", stage.batch_size);
  return stage.batch_tokens > 0 ? std::max<std::int64_t>(1, stage.batch_tokens / stage.length)
                                : stage.batch_size;
}

std::vector<DrawnSequence> draw_sequences(const BatchRequest& request, std::int64_t in_epoch,
                                          std::uint64_t order_seed) {
  const std::int64_t size = sequences_of_batch(request.stage);
  const std::int64_t first = micro_batch_number(request) * size;
  std::vector<DrawnSequence> drawn;
  for (std::int64_t i = first; i < first + size; ++i) {
    const auto epoch = static_cast<std::uint64_t>(i / in_epoch);
    drawn.push_back({shuffled(i % in_epoch, in_epoch, base::derive(order_seed, epoch)), epoch});
  }
  return drawn;
}

std::vector<std::int64_t> held_out_sample(std::int64_t all, std::int64_t most) {
  const std::int64_t count = most > 0 ? std::min(all, most) : all;
  std::vector<std::int64_t> sequences(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    sequences[static_cast<std::size_t>(i)] = count == all ? i : shuffled(i, all, held_out_seed);
  }
  std::sort(sequences.begin(), sequences.end());
  return sequences;
}

}  // namespace roformer::data
