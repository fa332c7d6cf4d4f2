// A trie of byte strings as a double array (Aoe 1989, in the XOR form): a step is one load and one
// comparison, and the nodes lie in one piece, so that a file of them can be mapped.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace roformer::base {

/// A place that is free has the parent `free`.
struct TrieNode {
  static constexpr std::uint32_t free = 0xFFFFFFFF;

  std::uint32_t base = 0;  // child by byte b: base ^ b
  std::uint32_t parent = free;
  std::int32_t id = -1;  // of the key that ends here; −1: none does
};

struct TrieKey {
  std::uint32_t root;
  std::string_view bytes;  // not empty; no two keys of a root are alike
  std::int32_t id;         // 0 or more
};

/// The nodes of one or more tries, whose roots are the nodes 0, 1, … `roots` − 1 (at most 256).
/// Every child of every node is within them: a step needs no check of bounds.
std::vector<TrieNode> build_double_array(std::vector<TrieKey> keys, std::uint32_t roots);

/// Whether every step from every node stays within: what a file must show before it is believed.
bool is_sound_double_array(std::span<const TrieNode> nodes, std::int32_t ids);

/// The child of a node by a byte, or TrieNode::free where there is none.
inline std::uint32_t trie_step(std::span<const TrieNode> nodes, std::uint32_t node, char byte) {
  const std::uint32_t next = nodes[node].base ^ static_cast<unsigned char>(byte);
  return nodes[next].parent == node ? next : TrieNode::free;
}

}  // namespace roformer::base
