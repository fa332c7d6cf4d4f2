// Whole words of at most 15 bytes to ids: a hash table whose keys are two machine words, so that
// looking up a word that the vocabulary holds whole costs one probe.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace roformer::text {

/// A word's bytes, zeros behind them.
struct ShortWord {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const ShortWord&, const ShortWord&) = default;
};

/// The most bytes of a short word.
constexpr std::size_t kShortWordSize = 15;

/// `size` <= 15.
inline ShortWord make_short_word(const char* bytes, std::size_t size) {
  char buffer[16] = {};
  std::memcpy(buffer, bytes, size);
  ShortWord word;
  std::memcpy(&word.low, buffer, 8);
  std::memcpy(&word.high, buffer + 8, 8);
  return word;
}

class ShortWordTable {
 public:
  struct Key {
    std::string_view bytes;  // 1 to 15, no zero byte
    std::int32_t id;
  };

  ShortWordTable() : slots_(1) {}
  explicit ShortWordTable(const std::vector<Key>& keys) {
    std::size_t size = 2;
    while (size < keys.size() * 2) size *= 2;
    slots_.resize(size);
    shift_ = 64;
    for (std::size_t s = size; s > 1; s /= 2) --shift_;
    for (const Key& key : keys) insert(make_short_word(key.bytes.data(), key.bytes.size()), key.id);
  }

  /// The id, or -1.
  std::int32_t find(const ShortWord& word) const {
    for (std::size_t place = hash(word);; place = (place + 1) & (slots_.size() - 1)) {
      const Slot& slot = slots_[place];
      if (slot.word == word) return slot.id;
      if (slot.word.low == 0) return -1;
    }
  }

 private:
  struct alignas(32) Slot {
    ShortWord word;
    std::int32_t id = -1;
  };

  std::size_t hash(const ShortWord& word) const {
    // Two odd constants without pattern (golden ratio, SplitMix64's); the product's top bits depend
    // on all bits.
    const std::uint64_t mixed =
        (word.low ^ (word.high * 0xBF58476D1CE4E5B9ull)) * 0x9E3779B97F4A7C15ull;
    return static_cast<std::size_t>((mixed ^ mixed >> 32) * 0x9E3779B97F4A7C15ull >> shift_);
  }

  void insert(const ShortWord& word, std::int32_t id) {
    std::size_t place = hash(word);
    while (slots_[place].word.low != 0) place = (place + 1) & (slots_.size() - 1);
    slots_[place].word = word;
    slots_[place].id = id;
  }

  std::vector<Slot> slots_;
  int shift_ = 63;
};

}  // namespace roformer::text
