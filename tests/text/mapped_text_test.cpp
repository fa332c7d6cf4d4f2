#include "roformer/text/mapped_text.h"

#include <gtest/gtest.h>

#include "roformer/base/random.h"
#include "roformer/text/normalizer.h"

namespace roformer::text {
namespace {

constexpr NormalizerOptions kOptions = {.clean_text = true, .tokenize_chinese_chars = false};

// Characters whose normal form is none, one, several, or hangs on its neighbours.
constexpr const char* kCharacters[] = {"天", "气", "a",      "B",        "É",      "ß",    "각",
                                       " ",  "\t", "\u3000", "，",       "\u200B", "\x01", "ﬁ",
                                       "İ",  "𝄞",  "\xFF",   "\xE5\xA4", "Σ"};
constexpr const char* kMarks[] = {"\u0301", "\u0327", "\u302A", "\u0E38", "\U0001D165"};

// What the exact way says of the same text.
void expect_as_normalized(const MappedText& mapped, std::string_view text, std::int32_t offset) {
  const auto wanted = normalize(text, kOptions, offset);
  ASSERT_EQ(mapped.bytes(), to_utf8(wanted));
  std::size_t begin = 0;
  for (const NormalizedCharacter& c : wanted) {
    char bytes[4];
    const std::size_t end = begin + unicode::encode_utf8(c.code, bytes);
    EXPECT_EQ(mapped.extent(begin, end), c.source);
    begin = end;
  }
}

TEST(MappedText, IsAsNormalizeMakesIt) {
  const CharacterTable table(kOptions);
  MappedText mapped;
  int refused = 0;
  constexpr std::uint64_t seeds = 3000;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    std::string text;
    for (auto left = base::uniform_below(seed, 0, 20); left > 0; --left)
      text += kCharacters[base::uniform_below(seed, left, std::size(kCharacters))];
    if (seed % 4 == 0) text += kMarks[base::uniform_below(seed, 50, std::size(kMarks))];
    const auto offset = static_cast<std::int32_t>(seed % 3);
    if (mapped.read(text, offset, table))
      expect_as_normalized(mapped, text, offset);
    else
      ++refused;
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, static_cast<int>(seeds / 4));
}

TEST(MappedText, OfEveryCharacterAlone) {
  const CharacterTable table(kOptions);
  MappedText mapped;
  std::string text;
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;    // surrogates
    if (code >= 0x40000 && code < 0xE0000) continue;  // no characters
    text.clear();
    unicode::append_utf8(code, text);
    if (mapped.read(text, 0, table)) expect_as_normalized(mapped, text, 0);
  }
}

TEST(MappedText, GrowsWithWhatItsCharactersBecome) {
  const CharacterTable table(kOptions);
  MappedText mapped;
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "각";
  ASSERT_TRUE(mapped.read(text, 0, table));
  expect_as_normalized(mapped, text, 0);
  ASSERT_TRUE(mapped.read("", 0, table));
  EXPECT_EQ(mapped.bytes(), "");
}

}  // namespace
}  // namespace roformer::text
