// What normalisation makes of each code point, worked out beforehand for one choice of options, so
// that the text is walked over once: clean-up, Chinese characters, decomposition, accents, lower
// case and the cut into words.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "roformer/text/tokenizer_config.h"

namespace roformer::text {

/// What normalisation makes of a character.
enum class CharacterKind : std::uint8_t {
  same,      // a letter of a word, as it is
  word,      // a letter of a word: the code point in `value`
  drop,      // nothing
  space,     // ends a word
  alone,     // a word by itself: `value`
  sequence,  // several of the above: CharacterTable::sequence(value)
  reorder,   // a mark that stays and may change places with its neighbours: needs normalize()
};

struct CharacterEntry {
  CharacterKind kind = CharacterKind::same;
  std::uint32_t value : 24 = 0;
  friend bool operator==(const CharacterEntry&, const CharacterEntry&) = default;
};

/// Whether accents go: the option, or lower-casing if it is not set.
bool strips_accents(const NormalizerOptions& options);

class CharacterTable {
 public:
  explicit CharacterTable(const NormalizerOptions& options);

  CharacterEntry entry(char32_t code) const {
    return entries_[static_cast<std::size_t>(blocks_[code >> kBlockBits]) << kBlockBits |
                    (code & kBlockMask)];
  }
  std::span<const CharacterEntry> sequence(std::uint32_t value) const {
    const std::uint32_t size = value & 7;
    return {sequences_.data() + (value >> 3), size};
  }
  /// Replaces the value of every `alone` entry, e.g. by the id of the one-character word.
  void map_alone(const std::function<std::uint32_t(char32_t)>& value_of);

 private:
  static constexpr int kBlockBits = 7;
  static constexpr char32_t kBlockMask = (1u << kBlockBits) - 1;

  CharacterEntry make_entry(char32_t code, const NormalizerOptions& options);
  std::uint32_t add_block(const std::vector<CharacterEntry>& block);

  std::vector<std::uint32_t> blocks_;
  std::vector<CharacterEntry> entries_;
  std::vector<CharacterEntry> sequences_;
};

}  // namespace roformer::text
