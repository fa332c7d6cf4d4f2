#include "roformer/text/ascii_block.h"

#include <gtest/gtest.h>

#include <string>

#include "roformer/base/random.h"

namespace roformer::text {
namespace {

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
