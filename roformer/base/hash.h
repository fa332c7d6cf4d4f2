// A hash of bytes, the same on every machine and in every run: names of cache files hang on it.
#pragma once
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string_view>

#include "roformer/base/random.h"

namespace roformer::base {

/// 64 bits of `bytes` and `seed`; not against attackers.
inline std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed = 0) {
  std::uint64_t hash = base::derive(seed, bytes.size());
  for (; !bytes.empty(); bytes.remove_prefix(bytes.size() < 8 ? bytes.size() : 8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), bytes.size() < 8 ? bytes.size() : 8);
    hash = base::mix(hash ^ word);
  }
  return hash;
}

/// The same of values as they lie in memory.
template <typename Value>
std::uint64_t hash_values(std::span<const Value> values, std::uint64_t seed = 0) {
  return hash_bytes({reinterpret_cast<const char*>(values.data()), values.size_bytes()}, seed);
}

/// For unordered containers of strings that are asked by views.
struct StringHash {
  /// So that a view is looked up without making a string of it.
  using is_transparent = void;
  /// The hash of a text.
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};

}  // namespace roformer::base
