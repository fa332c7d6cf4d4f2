#include "roformer/text/piece_trie.h"

namespace roformer::text {

PieceTrie::PieceTrie(const std::vector<Key>& keys) {
  constexpr std::uint32_t roots = 2;
  std::vector<base::TrieKey> of_both;
  of_both.reserve(keys.size());
  for (const Key& key : keys)
    of_both.push_back({static_cast<std::uint32_t>(key.root), key.bytes, key.id});
  nodes_ = base::build_double_array(std::move(of_both), roots);
}

}  // namespace roformer::text
