#include "roformer/text/character_table.h"

#include <gtest/gtest.h>

namespace roformer::text {
namespace {

CharacterEntry entry_of(char32_t code, const NormalizerOptions& options = {}) {
  return CharacterTable(options).entry(code);
}

TEST(CharacterTable, KindsOfCharacters) {
  const CharacterTable table(NormalizerOptions{});
  EXPECT_EQ(table.entry('a'), (CharacterEntry{CharacterKind::same, 0}));
  EXPECT_EQ(table.entry('A'), (CharacterEntry{CharacterKind::word, 'a'}));
  EXPECT_EQ(table.entry(0xC9), (CharacterEntry{CharacterKind::word, 'e'}));  // É
  EXPECT_EQ(table.entry(','), (CharacterEntry{CharacterKind::alone, ','}));
  EXPECT_EQ(table.entry(0x4E2D), (CharacterEntry{CharacterKind::alone, 0x4E2D}));
  EXPECT_EQ(table.entry('\t').kind, CharacterKind::space);
  EXPECT_EQ(table.entry(0x3000).kind, CharacterKind::space);
  EXPECT_EQ(table.entry(0x01).kind, CharacterKind::drop);        // control
  EXPECT_EQ(table.entry(0x0301).kind, CharacterKind::drop);      // an accent
  EXPECT_EQ(table.entry(0x1D165).kind, CharacterKind::reorder);  // a spacing mark of class 216
  EXPECT_EQ(table.entry(0x50000).kind, CharacterKind::same);     // an empty plane
}

TEST(CharacterTable, Options) {
  const NormalizerOptions none{.clean_text = false,
                               .tokenize_chinese_chars = false,
                               .strip_accents = false,
                               .lowercase = false};
  EXPECT_EQ(entry_of('A', none).kind, CharacterKind::same);
  EXPECT_EQ(entry_of(0xC9, none).kind, CharacterKind::same);
  EXPECT_EQ(entry_of(0x4E2D, none).kind, CharacterKind::same);
  EXPECT_EQ(entry_of(0x01, none).kind, CharacterKind::same);
  EXPECT_EQ(entry_of(',', none), (CharacterEntry{CharacterKind::alone, ','}));
  EXPECT_EQ(entry_of(0xC9, {.strip_accents = false}), (CharacterEntry{CharacterKind::word, 0xE9}));
  EXPECT_TRUE(strips_accents({}));
  EXPECT_FALSE(strips_accents({.lowercase = false}));
  EXPECT_TRUE(strips_accents({.strip_accents = true, .lowercase = false}));
}

TEST(CharacterTable, OneThatBecomesSeveral) {
  // İ has the lower case i with a dot above, which an accent that goes is not where accents stay.
  const CharacterTable table({.strip_accents = false});
  const CharacterEntry entry = table.entry(0x130);
  ASSERT_EQ(entry.kind, CharacterKind::sequence);
  const auto parts = table.sequence(entry.value);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0], (CharacterEntry{CharacterKind::word, 'i'}));
  EXPECT_EQ(parts[1], (CharacterEntry{CharacterKind::word, 0x307}));
  EXPECT_EQ(entry_of(0x130), (CharacterEntry{CharacterKind::word, 'i'}));
}

TEST(CharacterTable, ValuesOfThoseAlone) {
  CharacterTable table(NormalizerOptions{});
  table.map_alone([](char32_t code) { return code == ',' ? 7u : 9u; });
  EXPECT_EQ(table.entry(','), (CharacterEntry{CharacterKind::alone, 7}));
  EXPECT_EQ(table.entry(0x4E2D), (CharacterEntry{CharacterKind::alone, 9}));
  EXPECT_EQ(table.entry('A'), (CharacterEntry{CharacterKind::word, 'a'}));
}

}  // namespace
}  // namespace roformer::text
