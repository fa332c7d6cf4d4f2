#include "roformer/text/piece_trie.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "roformer/base/random.h"

namespace roformer::text {
namespace {

using Root = PieceTrie::Root;

TEST(PieceTrie, TheLongestKeyWins) {
  const PieceTrie trie(
      {{Root::initial, "a", 0}, {Root::initial, "abc", 1}, {Root::continuation, "ab", 2}});
  EXPECT_EQ(trie.longest(Root::initial, "abcd", 4).size, 3u);
  EXPECT_EQ(trie.longest(Root::initial, "abd", 3).id, 0);
  EXPECT_EQ(trie.longest(Root::initial, "abc", 2).id, 0);
  EXPECT_EQ(trie.longest(Root::continuation, "abc", 3).id, 2);
  EXPECT_EQ(trie.longest(Root::continuation, "b", 1).id, -1);
  EXPECT_EQ(trie.longest(Root::initial, "", 0).id, -1);
}

TEST(PieceTrie, WithoutKeysFindsNothing) {
  EXPECT_EQ(PieceTrie(std::vector<PieceTrie::Key>()).longest(Root::initial, "abc", 3).id, -1);
  EXPECT_EQ(PieceTrie(std::vector<PieceTrie::Key>()).longest(Root::continuation, "\xFF", 1).id, -1);
}

TEST(PieceTrie, AgreesWithASetOnRandomKeys) {
  std::set<std::string> keys;
  const auto random_text = [](std::uint64_t seed) {
    std::string text;
    const auto size = 1 + base::uniform_below(seed, 0, 6);
    // Few letters, so that prefixes are shared; now and then any byte.
    for (std::uint64_t i = 1; i <= size; ++i) {
      const bool any = base::uniform_below(seed, 100 + i, 8) == 0;
      text.push_back(static_cast<char>(any ? base::uniform_below(seed, i, 256)
                                           : 'a' + base::uniform_below(seed, i, 3)));
    }
    return text;
  };
  for (std::uint64_t i = 0; i < 3000; ++i) keys.insert(random_text(i));
  std::vector<PieceTrie::Key> list;
  for (const std::string& key : keys)
    list.push_back({Root::continuation, key, static_cast<std::int32_t>(list.size())});
  const PieceTrie trie(list);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const std::string text = random_text(1000000 + i) + random_text(2000000 + i);
    std::size_t expected = 0;
    for (std::size_t size = 1; size <= text.size(); ++size) {
      if (keys.contains(text.substr(0, size))) expected = size;
    }
    ASSERT_EQ(trie.longest(Root::continuation, text.data(), text.size()).size, expected);
  }
}

}  // namespace
}  // namespace roformer::text
