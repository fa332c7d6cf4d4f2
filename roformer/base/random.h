// Counter-based random numbers: value = f(seed, counter). Nothing to store, so a resumed run draws
// the same numbers, and any number of threads draws the same numbers. Included by kernels: no std
// containers.
#pragma once
#include <cstdint>

namespace roformer::base {

/// SplitMix64's finaliser (Steele et al. 2014): every input bit changes each output bit with
/// probability about 1/2.
inline std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

/// A seed for one use, from a parent seed and the number of the use: derive(derive(seed, epoch),
/// document).
inline std::uint64_t derive(std::uint64_t seed, std::uint64_t stream) {
  return mix(seed ^ mix(stream + 0x632BE59BD9B4E019ull));
}

/// What the seed of a training run is used for; each use has random numbers of its own.
enum class SeedUse : std::uint64_t { weights, dropout, features, order, masking };

/// The seed of one use, from that of a run. Whoever draws for a run begins here; no
/// derive(run_seed, number) is among these.
inline std::uint64_t derive(std::uint64_t run_seed, SeedUse use) {
  return derive(mix(run_seed), static_cast<std::uint64_t>(use));
}

/// A uniform number of [0, 1) with 24 random bits, from the `counter`-th draw of `seed`.
inline float uniform(std::uint64_t seed, std::uint64_t counter) {
  return static_cast<float>(derive(seed, counter) >> 40) * 0x1p-24f;
}

/// A uniform whole number of [0, bound); bound < 2^32. Lemire's multiply: bias below bound / 2^32.
inline std::uint64_t uniform_below(std::uint64_t seed, std::uint64_t counter, std::uint64_t bound) {
  return ((derive(seed, counter) >> 32) * bound) >> 32;
}

// Dropout masks: one key a row, then a 32-bit hash an element, so that kernels draw a vector of
// them at once.

struct RowKey {
  std::uint32_t first, second;
};

/// The key of row `row` of the mask of `seed`.
inline RowKey row_key(std::uint64_t seed, std::uint64_t row) {
  const std::uint64_t key = derive(seed, row);
  return {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

/// 32 random bits for element `column` of a row; Word is std::uint32_t or a vector of them.
/// Two multiply-xorshift rounds with the constants of Wellons' "lowbias32" (bias 0.17 against 4.7
/// of murmur's).
template <typename Word>
inline Word row_bits(Word column, RowKey key) {
  Word x = column * 0x9E3779B9u + key.first;
  x ^= x >> 16;
  x *= 0x7FEB352Du;
  x ^= key.second;
  x ^= x >> 15;
  x *= 0x846CA68Bu;
  return x ^ (x >> 16);
}

/// Elements whose bits are below this are dropped.
inline std::uint32_t drop_threshold(double probability) {
  return static_cast<std::uint32_t>(probability * 0x1p32);
}

}  // namespace roformer::base
