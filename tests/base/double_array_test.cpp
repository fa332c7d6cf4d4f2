#include "roformer/base/double_array.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "roformer/base/random.h"

namespace roformer::base {
namespace {

std::int32_t find(std::span<const TrieNode> nodes, std::uint32_t root, std::string_view bytes) {
  std::uint32_t node = root;
  for (const char byte : bytes) {
    node = trie_step(nodes, node, byte);
    if (node == TrieNode::free) return -1;
  }
  return nodes[node].id;
}

TEST(DoubleArray, WithoutKeysEveryStepFails) {
  const auto nodes = build_double_array({}, 3);
  EXPECT_TRUE(is_sound_double_array(nodes, 0));
  for (std::uint32_t root = 0; root < 3; ++root)
    for (int byte = 0; byte < 256; ++byte)
      EXPECT_EQ(trie_step(nodes, root, static_cast<char>(byte)), TrieNode::free);
}

TEST(DoubleArray, AgreesWithAMapOnRandomKeys) {
  std::map<std::pair<std::uint32_t, std::string>, std::int32_t> map;
  const auto text = [](std::uint64_t seed) {
    std::string bytes;
    const auto size = 1 + uniform_below(seed, 0, 6);
    for (std::uint64_t i = 1; i <= size; ++i) {  // few letters, now and then any byte
      const bool any = uniform_below(seed, 100 + i, 8) == 0;
      bytes.push_back(
          static_cast<char>(any ? uniform_below(seed, i, 256) : 'a' + uniform_below(seed, i, 3)));
    }
    return bytes;
  };
  for (std::uint64_t seed = 0; seed < 3000; ++seed)
    map.emplace(std::pair(static_cast<std::uint32_t>(seed % 3), text(seed)),
                static_cast<std::int32_t>(map.size()));
  std::vector<TrieKey> keys;
  for (const auto& [key, id] : map) keys.push_back({key.first, key.second, id});
  const auto nodes = build_double_array(keys, 3);
  EXPECT_TRUE(is_sound_double_array(nodes, static_cast<std::int32_t>(map.size())));
  EXPECT_FALSE(is_sound_double_array(nodes, static_cast<std::int32_t>(map.size()) - 1));
  for (std::uint64_t seed = 0; seed < 6000; ++seed) {
    const std::pair key(static_cast<std::uint32_t>(seed % 3), text(seed));
    const auto wanted = map.find(key);
    EXPECT_EQ(find(nodes, key.first, key.second), wanted == map.end() ? -1 : wanted->second);
  }
}

TEST(DoubleArray, WhatLeadsOutsideIsNotSound) {
  auto nodes = build_double_array({{0, "ab", 0}}, 1);
  ASSERT_TRUE(is_sound_double_array(nodes, 1));
  nodes[7].base = static_cast<std::uint32_t>(nodes.size());
  EXPECT_FALSE(is_sound_double_array(nodes, 1));
  EXPECT_FALSE(is_sound_double_array(std::span(nodes).first(255), 1));
  EXPECT_FALSE(is_sound_double_array({}, 1));
}

}  // namespace
}  // namespace roformer::base
