#include "roformer/text/ascii_block.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "roformer/base/random.h"

namespace roformer::text {
namespace {

// The run by its definition: letters and digits of ASCII at the start, sixteen at most.
std::string run_of(std::string_view text, bool lowercase) {
  std::string run;
  for (const char c : text.substr(0, 16)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || !std::isalnum(byte)) break;
    run += lowercase ? static_cast<char>(std::tolower(byte)) : c;
  }
  return run;
}

void expect_run(const std::string& text) {
  // In memory of its own size, so that reading beyond it is seen.
  const std::vector<char> bytes(text.begin(), text.end());
  const AsciiRun lower = read_ascii_run<true>(bytes.data(), bytes.size());
  const AsciiRun same = read_ascii_run<false>(bytes.data(), bytes.size());
  const std::string expected = run_of(text, true), cased = run_of(text, false);
  ASSERT_EQ(lower.size, expected.size()) << text;
  ASSERT_EQ(same.size, expected.size()) << text;
  if (expected.size() > kShortWordSize) return;
  EXPECT_EQ(lower.word, make_short_word(expected.data(), expected.size())) << text;
  EXPECT_EQ(same.word, make_short_word(cased.data(), cased.size())) << text;
}

TEST(AsciiBlock, EveryByteAtEveryPlace) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 17; ++place) {
      std::string text = "aB3dEf9hIjKlMnOpQ";
      text[place] = static_cast<char>(byte);
      expect_run(text);
    }
  }
}

TEST(AsciiBlock, EverySize) {
  for (std::size_t size = 0; size <= 40; ++size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
      text += "aZ0zA9 \xC3"[base::uniform_below(size, i, size % 3 == 0 ? 8 : 6)];
    expect_run(text);
  }
}

TEST(ShortWordTable, BytesThenZeros) {
  const ShortWord word = make_short_word("abcdefghi", 9);
  EXPECT_EQ(word.low, 0x6867666564636261u);  // "abcdefgh", the first byte lowest
  EXPECT_EQ(word.high, 0x69u);
  EXPECT_EQ(make_short_word("", 0), ShortWord{});
}

TEST(ShortWordTable, FindsWhatItHolds) {
  std::vector<std::string> words;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    std::string word = std::to_string(i);
    word.append(base::uniform_below(i, 0, kShortWordSize - word.size() + 1), 'x');
    words.push_back(word);
  }
  std::vector<ShortWordTable::Key> keys;
  for (std::size_t i = 0; i < words.size(); i += 2)
    keys.push_back({words[i], static_cast<std::int32_t>(i)});
  const ShortWordTable table(keys);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::int32_t expected = i % 2 == 0 ? static_cast<std::int32_t>(i) : -1;
    EXPECT_EQ(table.find(make_short_word(words[i].data(), words[i].size())), expected) << words[i];
  }
}

TEST(ShortWordTable, AnEmptyTableHoldsNothing) {
  EXPECT_EQ(ShortWordTable().find(make_short_word("a", 1)), -1);
  EXPECT_EQ(ShortWordTable(std::vector<ShortWordTable::Key>()).find(make_short_word("a", 1)), -1);
}

}  // namespace
}  // namespace roformer::text
