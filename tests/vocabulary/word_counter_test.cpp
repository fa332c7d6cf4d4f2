#include "roformer/vocabulary/word_counter.h"

#include <gtest/gtest.h>

namespace roformer::vocabulary {
namespace {

using Counts = std::vector<WordCounter::Count>;

Counts counts_of(std::string_view text, const text::NormalizerOptions& options = {}) {
  WordCounter counter(options);
  counter.add(text);
  return counter.sorted();
}

TEST(WordCounter, NormalisedWordsInByteOrder) {
  EXPECT_EQ(counts_of("The the, T\xC3\xA9 \xE4\xB8\xAD\xE4\xB8\xAD"),
            (Counts{{",", 1}, {"te", 1}, {"the", 2}, {"\xE4\xB8\xAD", 2}}));
  EXPECT_EQ(counts_of("The the", {.lowercase = false}), (Counts{{"The", 1}, {"the", 1}}));
  EXPECT_EQ(counts_of(" \n\n"), Counts{});
}

TEST(WordCounter, LineFeedsEndWords) {
  EXPECT_EQ(counts_of("ab\nab c\n"), (Counts{{"ab", 2}, {"c", 1}}));
  WordCounter counter({});
  counter.add("a b");
  counter.add("a");
  EXPECT_EQ(counter.sorted(), (Counts{{"a", 2}, {"b", 1}}));
}

// A line with marks that change places is counted once, by normalize().
TEST(WordCounter, LinesWhoseMarksChangePlaces) {
  const std::string mark = "\xF0\x9D\x85\xA5";  // U+1D165, a spacing mark of class 216
  EXPECT_EQ(counts_of("AB cd, x" + mark + " ab"),
            (Counts{{",", 1}, {"ab", 2}, {"cd", 1}, {"x" + mark, 1}}));
}

TEST(WordCounter, CharactersThatBecomeSeveral) {
  EXPECT_EQ(counts_of("\xC4\xB0x", {.strip_accents = false}), (Counts{{"i\xCC\x87x", 1}}));
}

}  // namespace
}  // namespace roformer::vocabulary
