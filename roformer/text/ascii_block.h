// Short words of ASCII, the common case: read sixteen bytes of text at once (where a run of letters
// and digits ends, and its lower case), and looked up in a hash table whose keys are two machine
// words, so that a word that the vocabulary holds whole costs one probe.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/// Whole words of at most 15 bytes to ids.
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

struct AsciiRun {
  std::size_t size;  // letters and digits at the start, 0 to 16
  ShortWord word;    // those, lower-cased if asked for, zeros behind; meaningless at size 16
};

/// The bytes from `p`, at most 16, zeros behind them.
inline void load_block(const char* p, std::size_t left, char (&block)[16]) {
  if (left >= 16) {
    std::memcpy(block, p, 16);
    return;
  }
  std::memset(block, 0, 16);
  if (left > 0) std::memcpy(block, p, left);  // an empty text may have no place
}

#ifdef __SSE2__

template <bool lowercase>
AsciiRun read_ascii_run(const char* p, std::size_t left) {
  __m128i bytes;
  if (left >= 16) {
    bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  } else {
    char block[16];
    load_block(p, left, block);
    bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
  }
  const auto is_within = [](__m128i value, char first, char count) {
    const __m128i shifted = _mm_sub_epi8(value, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(static_cast<char>(count - 1))),
                          shifted);
  };
  const __m128i low = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
  const __m128i letters = is_within(low, 'a', 26);
  const __m128i digits = is_within(bytes, '0', 10);
  const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(letters, digits)));
  AsciiRun run;
  run.size = static_cast<std::size_t>(std::countr_one(mask));
  // `low` leaves digits as they are: 0x30 to 0x39 have bit 0x20 already.
  const __m128i kept = lowercase ? low : bytes;
  std::uint64_t halves[2];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(halves), kept);
  const auto keep = [](std::size_t count) {
    return count >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * count)) - 1;
  };
  run.word.low = halves[0] & keep(run.size);
  run.word.high = run.size > 8 ? halves[1] & keep(run.size - 8) : 0;
  return run;
}

#else

/// The same, one byte at a time.
template <bool lowercase>
AsciiRun read_ascii_run(const char* p, std::size_t left) {
  char block[16] = {};
  std::size_t size = 0;
  for (; size < 16 && size < left; ++size) {
    const char c = p[size];
    const bool capital = c >= 'A' && c <= 'Z';
    if (!capital && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) break;
    block[size] = lowercase && capital ? static_cast<char>(c | 0x20) : c;
  }
  return {size, make_short_word(block, size < 16 ? size : 15)};
}

#endif

}  // namespace roformer::text
