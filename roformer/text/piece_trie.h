// The vocabulary as two tries (base/double_array.h): one of the pieces that begin a word, one of
// those that continue it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "roformer/base/double_array.h"

namespace roformer::text {

class PieceTrie {
 public:
  enum class Root : std::uint32_t { initial = 0, continuation = 1 };

  struct Key {
    Root root;
    std::string_view bytes;  // not empty
    std::int32_t id;
  };

  PieceTrie() = default;
  explicit PieceTrie(const std::vector<Key>& keys);

  struct Match {
    std::int32_t id = -1;  // -1: none
    std::size_t size = 0;
  };
  /// The longest key that `bytes` begins with.
  Match longest(Root root, const char* bytes, std::size_t size) const {
    Match match;
    std::uint32_t node = static_cast<std::uint32_t>(root);
    for (std::size_t i = 0; i < size; ++i) {
      node = base::trie_step(nodes_, node, bytes[i]);
      if (node == base::TrieNode::free) break;
      if (nodes_[node].id >= 0) match = {nodes_[node].id, i + 1};
    }
    return match;
  }

 private:
  std::vector<base::TrieNode> nodes_;
};

}  // namespace roformer::text
