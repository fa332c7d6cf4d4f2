#include "roformer/text/character_table.h"

#include <algorithm>

#include "roformer/unicode/unicode.h"

namespace roformer::text {
namespace {

constexpr char32_t kCodeSpace = 0x110000;
// Planes 4 to 13 hold no characters: ordinary letters, all of them.
constexpr char32_t kEmptyFirst = 0x40000, kEmptyLast = 0xDFFFF;

// One code point after normalisation: which role has it when the text is cut into words?
CharacterEntry role_of(char32_t code, bool alone) {
  if (unicode::is_white_space(code)) return {CharacterKind::space, 0};
  if (alone || unicode::is_punctuation(code)) return {CharacterKind::alone, code};
  return {CharacterKind::word, code};
}

}  // namespace

bool strips_accents(const NormalizerOptions& options) {
  return options.strip_accents.value_or(options.lowercase);
}

CharacterEntry CharacterTable::make_entry(char32_t code, const NormalizerOptions& options) {
  if (unicode::is_plain_letter(code)) {
    const bool apart = options.tokenize_chinese_chars && unicode::is_chinese_character(code);
    return apart ? CharacterEntry{CharacterKind::alone, code} : CharacterEntry{};
  }
  if (options.clean_text && unicode::is_removed_by_clean_up(code)) return {CharacterKind::drop, 0};
  if (options.clean_text && unicode::is_white_space(code)) return {CharacterKind::space, 0};
  const bool chinese = options.tokenize_chinese_chars && unicode::is_chinese_character(code);
  const bool strip = strips_accents(options);
  const unicode::CodeSequence parts =
      strip ? unicode::decompose(code) : unicode::CodeSequence{{code}, 1};
  CharacterEntry units[8];
  std::uint32_t count = 0;
  for (int i = 0; i < parts.size; ++i) {
    if (strip && unicode::is_nonspacing_mark(parts.codes[i])) continue;
    if (strip && unicode::combining_class(parts.codes[i]) != 0) return {CharacterKind::reorder, 0};
    const unicode::CodeSequence lower = options.lowercase
                                            ? unicode::lower_case(parts.codes[i])
                                            : unicode::CodeSequence{{parts.codes[i]}, 1};
    for (int k = 0; k < lower.size; ++k) units[count++] = role_of(lower.codes[k], chinese);
  }
  if (count == 0) return {CharacterKind::drop, 0};
  if (count == 1)
    return units[0] == CharacterEntry{CharacterKind::word, code} ? CharacterEntry{} : units[0];
  const auto begin = static_cast<std::uint32_t>(sequences_.size());
  sequences_.insert(sequences_.end(), units, units + count);
  return {CharacterKind::sequence, begin << 3 | count};
}

CharacterTable::CharacterTable(const NormalizerOptions& options) {
  constexpr char32_t block_size = kBlockMask + 1;
  std::vector<CharacterEntry> block(block_size);
  const std::uint32_t plain = add_block(block);
  for (char32_t first = 0; first < kCodeSpace; first += block_size) {
    if (first >= kEmptyFirst && first <= kEmptyLast) {
      blocks_.push_back(plain);
      continue;
    }
    for (char32_t i = 0; i < block_size; ++i) block[i] = make_entry(first + i, options);
    blocks_.push_back(add_block(block));
  }
}

std::uint32_t CharacterTable::add_block(const std::vector<CharacterEntry>& block) {
  // Equal blocks stand beside each other in the code space or are the first, plain one.
  const auto equals = [&](std::size_t number) {
    return std::equal(block.begin(), block.end(),
                      entries_.begin() + static_cast<std::ptrdiff_t>(number * block.size()));
  };
  const std::size_t count = entries_.size() / block.size();
  if (count > 0 && equals(0)) return 0;
  if (count > 1 && equals(count - 1)) return static_cast<std::uint32_t>(count - 1);
  entries_.insert(entries_.end(), block.begin(), block.end());
  return static_cast<std::uint32_t>(count);
}

void CharacterTable::map_alone(const std::function<std::uint32_t(char32_t)>& value_of) {
  for (auto* list : {&entries_, &sequences_}) {
    for (CharacterEntry& entry : *list) {
      if (entry.kind == CharacterKind::alone) entry.value = value_of(entry.value) & 0xFFFFFF;
    }
  }
}

}  // namespace roformer::text
