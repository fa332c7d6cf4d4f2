#include "roformer/text/subword_nmt.h"

#include <gtest/gtest.h>

#include <map>

#include "roformer/base/random.h"

namespace roformer::text {
namespace {

using Parts = std::vector<std::string>;
using Pairs = std::vector<MergeTable::Pair>;

// Sennrich et al. 2016, algorithm 1, by its definition.
Parts merged(const Pairs& pairs, Parts symbols) {
  std::map<MergeTable::Pair, std::size_t> ranks;
  for (std::size_t i = 0; i < pairs.size(); ++i) ranks.try_emplace(pairs[i], i);
  while (true) {
    std::size_t best = pairs.size();
    for (std::size_t i = 1; i < symbols.size(); ++i) {
      const auto rank = ranks.find({symbols[i - 1], symbols[i]});
      if (rank != ranks.end()) best = std::min(best, rank->second);
    }
    if (best == pairs.size()) return symbols;
    Parts next;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      const bool joins = i + 1 < symbols.size() && pairs[best].first == symbols[i] &&
                         pairs[best].second == symbols[i + 1];
      next.push_back(joins ? symbols[i] + symbols[i + 1] : symbols[i]);
      if (joins) ++i;
    }
    symbols = next;
  }
}

TEST(MergeTable, LowestRankFirstFromTheLeft) {
  const MergeTable table(Pairs{{"b", "c"}, {"a", "b"}, {"a", "bc"}, {"d</w>", "x"}});
  EXPECT_EQ(table.merge("abc", true), (Parts{"abc"}));
  EXPECT_EQ(table.merge("abab", true), (Parts{"ab", "ab"}));
  EXPECT_EQ(table.merge("\xC3\xA9", false), (Parts{"\xC3\xA9"}));
  const MergeTable same(Pairs{{"a", "a"}});
  EXPECT_EQ(same.merge("aaa", true), (Parts{"aa", "a"}));
}

TEST(MergeTable, TheEndIsPartOfTheLastCharacterOrASymbol) {
  const MergeTable table(Pairs{{"o", "w</w>"}, {"l", "o"}});
  EXPECT_EQ(table.merge("low", false), (Parts{"l", "ow"}));
  EXPECT_EQ(table.merge("lowl", false), (Parts{"lo", "w", "l"}));
  EXPECT_EQ(table.merge("low", true), (Parts{"lo", "w"}));
  EXPECT_EQ(MergeTable(Pairs{{"w", "</w>"}, {"o", "w</w>"}}).merge("low", true),
            (Parts{"l", "ow"}));
}

TEST(MergeTable, AsTheDefinitionForRandomMerges) {
  Pairs pairs;
  Parts symbols = {"a", "b", "c"};
  for (std::uint64_t i = 0; i < 40; ++i) {
    pairs.emplace_back(symbols[base::uniform_below(i, 0, symbols.size())],
                       symbols[base::uniform_below(i, 1, symbols.size())]);
    symbols.push_back(pairs.back().first + pairs.back().second);
  }
  const MergeTable table(pairs);
  for (std::uint64_t i = 0; i < 300; ++i) {
    std::string word;
    Parts characters;
    for (std::uint64_t k = 0; k < 1 + i % 12; ++k) {
      word += "abc"[base::uniform_below(i, 10 + k, 3)];
      characters.emplace_back(1, word.back());
    }
    EXPECT_EQ(table.merge(word, true), merged(pairs, characters)) << word;
  }
}

TEST(MergeTable, PartsOfASymbol) {
  // Of two pairs that make one symbol, the earlier.
  const MergeTable table(Pairs{{"a", "bc"}, {"ab", "c"}, {"x", "y"}});
  ASSERT_NE(table.parts("abc"), nullptr);
  EXPECT_EQ(*table.parts("abc"), (MergeTable::Pair{"a", "bc"}));
  EXPECT_EQ(table.parts("zz"), nullptr);
  EXPECT_EQ(MergeTable().merge("ab", false), (Parts{"a", "b"}));
}

}  // namespace
}  // namespace roformer::text
