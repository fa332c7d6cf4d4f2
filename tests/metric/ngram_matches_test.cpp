#include "roformer/metric/ngram_matches.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "roformer/base/random.h"

namespace roformer::metric {
namespace {

using Counts = std::vector<std::int64_t>;

// The definition: a table of the n-grams of each text.
std::int64_t counted_matches(const Symbols& candidate, const std::vector<Symbols>& references,
                             std::size_t n) {
  const auto table = [&](const Symbols& text) {
    std::map<Symbols, std::int64_t> counts;
    for (std::size_t i = 0; i + n <= text.size(); ++i)
      ++counts[Symbols(text.begin() + static_cast<std::ptrdiff_t>(i),
                       text.begin() + static_cast<std::ptrdiff_t>(i + n))];
    return counts;
  };
  std::map<Symbols, std::int64_t> most;
  for (const Symbols& reference : references) {
    for (const auto& [ngram, count] : table(reference)) most[ngram] = std::max(most[ngram], count);
  }
  std::int64_t matches = 0;
  for (const auto& [ngram, count] : table(candidate)) matches += std::min(count, most[ngram]);
  return matches;
}

TEST(NgramMatches, PapineniSevenTimesThe) {
  // "the the the the the the the" against the two references of section 2.1: two of seven.
  const Symbols candidate(7, 1);
  const std::vector<Symbols> references = {{1, 2, 3, 4, 1, 5}, {6, 3, 7, 2, 4, 1, 5}};
  EXPECT_EQ(count_matches(candidate, references, 2), (Counts{2, 0}));
}

TEST(NgramMatches, AsTheDefinitionCounts) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::vector<Symbols> texts(2 + seed % 3);
    for (std::size_t t = 0; t < texts.size(); ++t) {
      const auto length = base::uniform_below(seed, 1000 + t, 30);
      for (std::uint64_t i = 0; i < length; ++i)
        texts[t].push_back(static_cast<std::uint32_t>(base::uniform_below(seed, 40 * t + i, 3)));
    }
    const std::vector<Symbols> references(texts.begin() + 1, texts.end());
    Counts expected;
    for (std::size_t n = 1; n <= 4; ++n)
      expected.push_back(counted_matches(texts[0], references, n));
    EXPECT_EQ(count_matches(texts[0], references, 4), expected) << seed;
  }
}

TEST(NgramMatches, NothingSharesNothing) {
  const std::vector<Symbols> references = {{1, 2}};
  EXPECT_EQ(count_matches({}, references, 2), (Counts{0, 0}));
  EXPECT_EQ(count_matches({1, 2}, {}, 2), (Counts{0, 0}));
}

TEST(NgramMatches, NumberOfNgrams) {
  EXPECT_EQ(count_ngrams(5, 1), 5);
  EXPECT_EQ(count_ngrams(5, 4), 2);
  EXPECT_EQ(count_ngrams(3, 4), 0);
  EXPECT_EQ(count_ngrams(0, 1), 0);
}

}  // namespace
}  // namespace roformer::metric
