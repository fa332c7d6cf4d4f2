#include "roformer/text/piece_trie.h"

#include <algorithm>
#include <tuple>

namespace roformer::text {
constexpr std::size_t kBytes = 256;  // children of a node lie within one aligned block

std::uint32_t PieceTrie::find_base(const std::vector<unsigned char>& labels) {
  while (first_free_ < nodes_.size() && nodes_[first_free_].parent != kFree) ++first_free_;
  // Near the front little is free: nodes with many children go to fresh blocks after some tries.
  constexpr int tries = 512;
  std::size_t place = first_free_;
  for (int i = 0; i < tries && place < nodes_.size(); ++i, ++place) {
    if (nodes_[place].parent != kFree) continue;
    const auto base = static_cast<std::uint32_t>(place ^ labels[0]);
    const bool fits = std::all_of(labels.begin(), labels.end(), [&](unsigned char label) {
      return nodes_[base ^ label].parent == kFree;
    });
    if (fits) return base;
  }
  nodes_.resize(nodes_.size() + kBytes);
  return static_cast<std::uint32_t>(nodes_.size() - kBytes);
}

void PieceTrie::place_children(const std::vector<Key>& keys, const Range& range,
                               std::vector<Range>& todo) {
  std::vector<unsigned char> labels;
  std::vector<std::size_t> starts;
  for (std::size_t i = range.begin; i < range.end; ++i) {
    if (keys[i].bytes.size() == range.depth) {
      nodes_[range.node].id = keys[i].id;
      continue;
    }
    const auto label = static_cast<unsigned char>(keys[i].bytes[range.depth]);
    if (!labels.empty() && labels.back() == label) continue;
    labels.push_back(label);
    starts.push_back(i);
  }
  if (labels.empty()) return;
  const std::uint32_t base = find_base(labels);
  nodes_[range.node].base = base;
  starts.push_back(range.end);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::uint32_t child = base ^ labels[i];
    nodes_[child].parent = range.node;
    todo.push_back({starts[i], starts[i + 1], range.depth + 1, child});
  }
}

PieceTrie::PieceTrie(std::vector<Key> keys) {
  std::sort(keys.begin(), keys.end(), [](const Key& a, const Key& b) {
    return std::tie(a.root, a.bytes) < std::tie(b.root, b.bytes);
  });
  nodes_.resize(nodes_.size() + kBytes);
  constexpr std::uint32_t no_parent = kFree - 1;
  nodes_[0].parent = nodes_[1].parent = no_parent;
  const auto second = std::partition_point(
      keys.begin(), keys.end(), [](const Key& key) { return key.root == Root::initial; });
  const auto middle = static_cast<std::size_t>(second - keys.begin());
  std::vector<Range> todo = {{0, middle, 0, 0}, {middle, keys.size(), 0, 1}};
  for (std::size_t i = 0; i < todo.size(); ++i) place_children(keys, Range(todo[i]), todo);
}

}  // namespace roformer::text
