#include "roformer/vocabulary/pair_merger.h"

#include <gtest/gtest.h>

#include <map>

#include "roformer/base/random.h"

namespace roformer::vocabulary {
namespace {

using Words = std::vector<PairMerger::Word>;
using Pair = std::pair<std::int32_t, std::int32_t>;

std::optional<Pair> next_of(PairMerger& merger, std::int64_t min_count) {
  const auto pair = merger.most_frequent(min_count);
  if (!pair) return std::nullopt;
  return Pair{pair->left, pair->right};
}

TEST(PairMerger, TheMostFrequentPairThenTheSmallestIds) {
  PairMerger merger({{{0, 1, 2}, 3}, {{1, 2}, 1}, {{5, 6}, 3}});
  EXPECT_EQ(next_of(merger, 1), Pair(1, 2));
  merger.merge({1, 2}, 9);
  EXPECT_EQ(next_of(merger, 1), Pair(0, 9));  // 3 as (5, 6), with smaller ids
  merger.merge({0, 9}, 10);
  EXPECT_EQ(next_of(merger, 4), std::nullopt);
}

TEST(PairMerger, OverlapsAreMergedFromTheLeft) {
  PairMerger merger({{{7, 7, 7}, 2}});
  EXPECT_EQ(next_of(merger, 1), Pair(7, 7));
  merger.merge({7, 7}, 8);
  EXPECT_EQ(next_of(merger, 1), Pair(8, 7));
  merger.merge({8, 7}, 9);
  EXPECT_EQ(next_of(merger, 1), std::nullopt);
}

// The counts by going through all words again.
std::map<Pair, std::int64_t> count_pairs(const Words& words) {
  std::map<Pair, std::int64_t> counts;
  for (const auto& word : words) {
    for (std::size_t i = 1; i < word.pieces.size(); ++i)
      counts[{word.pieces[i - 1], word.pieces[i]}] += word.count;
  }
  return counts;
}

void merge_all(Words& words, Pair pair, std::int32_t merged) {
  for (auto& word : words) {
    std::vector<std::int32_t> pieces;
    for (std::size_t i = 0; i < word.pieces.size(); ++i) {
      const bool joins = i + 1 < word.pieces.size() && word.pieces[i] == pair.first &&
                         word.pieces[i + 1] == pair.second;
      pieces.push_back(joins ? merged : word.pieces[i]);
      i += joins ? 1 : 0;
    }
    word.pieces = pieces;
  }
}

TEST(PairMerger, AsCountingAnew) {
  Words words;
  for (std::uint64_t w = 0; w < 60; ++w) {
    PairMerger::Word word{{}, static_cast<std::int64_t>(1 + base::uniform_below(w, 0, 20))};
    // Different pieces beside each other: of runs of one piece the two ways of counting differ.
    for (std::uint64_t i = 0; i < 2 + base::uniform_below(w, 1, 8); ++i) {
      auto piece = static_cast<std::int32_t>(base::uniform_below(w, 2 + i, 5));
      if (!word.pieces.empty() && word.pieces.back() == piece) piece = (piece + 1) % 5;
      word.pieces.push_back(piece);
    }
    words.push_back(word);
  }
  PairMerger merger(words);
  for (std::int32_t merged = 5; merged < 40; ++merged) {
    const auto counts = count_pairs(words);
    const auto pair = next_of(merger, 1);
    ASSERT_EQ(pair.has_value(), !counts.empty());
    if (!pair) break;
    for (const auto& [other, count] : counts) {
      EXPECT_LE(count, counts.at(*pair));
      if (count == counts.at(*pair)) {
        EXPECT_LE(*pair, other);
      }
    }
    merge_all(words, *pair, merged);
    merger.merge({pair->first, pair->second}, merged);
    // Runs of one piece can arise by merging; the comparison ends there.
    const bool has_runs = std::any_of(words.begin(), words.end(), [](const auto& word) {
      return std::adjacent_find(word.pieces.begin(), word.pieces.end()) != word.pieces.end();
    });
    if (has_runs) break;
  }
}

}  // namespace
}  // namespace roformer::vocabulary
