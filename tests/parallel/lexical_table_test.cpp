#include "roformer/parallel/lexical_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace roformer::parallel {
namespace {

using Words = std::vector<std::int32_t>;
using Pairs = std::vector<std::pair<Words, Words>>;

LexicalTable table_of(const Pairs& pairs) {
  LexicalTable table;
  for (const auto& [source, target] : pairs) table.add(source, target);
  return table;
}

// Model 1 as it is told, over all words, in doubles.
std::map<std::pair<int, int>, double> plain_model(const Pairs& pairs, int iterations) {
  std::map<std::pair<int, int>, double> p, next;
  std::map<int, int> sources;
  const auto each = [&](const auto& visit) {
    for (const auto& [source, target] : pairs) {
      Words with_none = source;
      with_none.push_back(-1);
      for (const int t : target) visit(with_none, t);
    }
  };
  each([&](const Words& source, int t) {
    for (const int s : source) p[{s, t}] = 1;
  });
  const auto normalise = [](auto& table) {
    std::map<int, double> sums;
    for (const auto& [pair, value] : table) sums[pair.first] += value;
    for (auto& [pair, value] : table) value /= sums[pair.first];
  };
  normalise(p);
  for (int i = 0; i < iterations; ++i) {
    next.clear();
    each([&](const Words& source, int t) {
      double sum = 0;
      for (const int s : source) sum += p[{s, t}];
      for (const int s : source) next[{s, t}] += p[{s, t}] / sum;
    });
    normalise(next);
    p = next;
  }
  return p;
}

TEST(LexicalTable, EqualsThePlainModel) {
  const Pairs pairs = {{{1, 2}, {11, 12}}, {{1, 3}, {11, 13, 13}}, {{2, 2, 3}, {12, 13}},
                       {{4}, {}},          {{}, {12}},             {{0, 70000}, {0, 70001}}};
  for (const int iterations : {1, 5, 40}) {
    const auto expected = plain_model(pairs, iterations);
    const auto found = table_of(pairs).train(iterations, 100);
    const auto of_words = std::count_if(expected.begin(), expected.end(),
                                        [](const auto& one) { return one.first.first >= 0; });
    EXPECT_EQ(std::ssize(found), of_words);
    for (const auto& [source, target, probability] : found)
      EXPECT_NEAR(probability, expected.at({source, target}), 1e-5) << source << " " << target;
  }
}

TEST(LexicalTable, FindsWhatBelongsTogetherAndKeepsTheBest) {
  const auto entries =
      table_of({{{1, 2}, {11, 12}}, {{1, 3}, {11, 13}}, {{2, 3}, {12, 13}}, {{1}, {11}}})
          .train(20, 1);
  ASSERT_EQ(entries.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(entries[i].source, static_cast<std::int32_t>(i) + 1);
    EXPECT_EQ(entries[i].target, static_cast<std::int32_t>(i) + 11);
    EXPECT_GT(entries[i].probability, 0.5f);
  }
}

TEST(LexicalTable, OfNothingThereIsNothing) {
  EXPECT_TRUE(LexicalTable().train(5, 100).empty());
  LexicalTable table;
  table.add({}, {});
  EXPECT_EQ(table.num_pairs(), 1);
  EXPECT_TRUE(table.train(5, 100).empty());
}

}  // namespace
}  // namespace roformer::parallel
