// A permutation that is computed, not stored: where an element of [0, size) goes, for a seed.
#pragma once
#include <cstdint>

namespace roformer::data {

/// The `index`-th element of a permutation of 0 … size − 1. A Feistel network of four rounds on the
/// next even power of two, walked until it lands inside (Black and Rogaway 2002, "Ciphers with
/// arbitrary finite domains").
std::int64_t shuffled(std::int64_t index, std::int64_t size, std::uint64_t seed);

}  // namespace roformer::data
