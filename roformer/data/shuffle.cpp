#include "roformer/data/shuffle.h"

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

}  // namespace roformer::data
