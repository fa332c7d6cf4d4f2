#include "roformer/segmentation/word_trie.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "roformer/base/random.h"

namespace roformer::segmentation {
namespace {

using base::uniform_below;

// NaN where the word is none.
double find(const WordTrie& trie, std::u32string_view word) {
  std::uint32_t node = WordTrie::root;
  for (const char32_t c : word) {
    node = trie.step(node, trie.number(c));
    if (node == WordNode::free) return std::nan("");
  }
  return trie.nodes[node].log_share;
}

TEST(WordTrie, WithoutWordsHasNone) {
  const BuiltWordTrie built = build_word_trie({});
  EXPECT_TRUE(built.view().is_sound());
  for (const char32_t c : {U'a', U'\0', U'天', U'\U0010FFFF'})
    EXPECT_TRUE(std::isnan(find(built.view(), std::u32string(1, c))));
}

// Few characters, now and then any of the code space, so that nodes have one child, some and many.
std::u32string random_word(std::uint64_t seed) {
  std::u32string word;
  const auto size = 1 + uniform_below(seed, 0, 6);
  for (std::uint64_t i = 1; i <= size; ++i) {
    const bool any = uniform_below(seed, 100 + i, 4) == 0;
    word.push_back(any ? static_cast<char32_t>(uniform_below(seed, i, 0x110000))
                       : U'一' + static_cast<char32_t>(uniform_below(seed, i, 40)));
  }
  return word;
}

TEST(WordTrie, AgreesWithAMapOnRandomWords) {
  std::map<std::u32string, double> map;
  for (std::uint64_t seed = 0; seed < 5000; ++seed)
    map.emplace(random_word(seed), -static_cast<double>(seed));
  const BuiltWordTrie built = build_word_trie({map.begin(), map.end()});
  const WordTrie trie = built.view();
  EXPECT_TRUE(trie.is_sound());
  for (std::uint64_t seed = 0; seed < 10000; ++seed) {
    const auto word = random_word(seed);
    const auto wanted = map.find(word);
    const double found = find(trie, word);
    if (wanted == map.end())
      EXPECT_TRUE(std::isnan(found));
    else
      EXPECT_EQ(found, wanted->second);
  }
}

TEST(WordTrie, WhatLeadsOutsideIsNotSound) {
  const auto built = build_word_trie({{U"天气", -1}, {U"天", -2}});
  const auto damaged = [&](auto damage) {
    BuiltWordTrie copy = built;
    damage(copy);
    return copy.view().is_sound();
  };
  EXPECT_TRUE(damaged([](BuiltWordTrie&) {}));
  EXPECT_FALSE(damaged([](BuiltWordTrie& t) { t.nodes[1].base = WordNode::free; }));
  EXPECT_FALSE(damaged(
      [](BuiltWordTrie& t) { t.nodes[1].base = static_cast<std::uint32_t>(t.nodes.size()) - 2; }));
  EXPECT_FALSE(damaged([](BuiltWordTrie& t) { t.pages[7] = 100; }));
  EXPECT_FALSE(damaged([](BuiltWordTrie& t) { t.pages.pop_back(); }));
  EXPECT_FALSE(damaged([](BuiltWordTrie& t) { t.numbers[3] = 1000; }));
  EXPECT_FALSE(damaged([](BuiltWordTrie& t) { t.numbers.pop_back(); }));
  EXPECT_FALSE(damaged([](BuiltWordTrie& t) { t.numbers.clear(); }));
  EXPECT_FALSE(damaged([](BuiltWordTrie& t) { t.nodes.clear(); }));
}

}  // namespace
}  // namespace roformer::segmentation
