#include "roformer/base/double_array.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace roformer::base {
namespace {

constexpr std::size_t kBytes = 256;  // children of a node lie within one aligned block

// Keys begin … end share `depth` bytes, which lead to `node`.
struct Range {
  std::size_t begin, end, depth;
  std::uint32_t node;
};

class Builder {
 public:
  Builder(std::vector<TrieKey> keys, std::uint32_t roots) : keys_(std::move(keys)) {
    std::sort(keys_.begin(), keys_.end(), [](const TrieKey& a, const TrieKey& b) {
      return std::tie(a.root, a.bytes) < std::tie(b.root, b.bytes);
    });
    nodes_.resize(kBytes);
    for (std::uint32_t root = 0; root < roots; ++root) {
      nodes_[root].parent = kNoParent;
      const auto of_root =
          std::equal_range(keys_.begin(), keys_.end(), TrieKey{root, {}, 0},
                           [](const TrieKey& a, const TrieKey& b) { return a.root < b.root; });
      todo_.push_back({static_cast<std::size_t>(of_root.first - keys_.begin()),
                       static_cast<std::size_t>(of_root.second - keys_.begin()), 0, root});
    }
  }

  std::vector<TrieNode> build() {
    for (std::size_t i = 0; i < todo_.size(); ++i) place_children(Range(todo_[i]));
    return std::move(nodes_);
  }

 private:
  static constexpr std::uint32_t kNoParent = TrieNode::free - 1;

  std::uint32_t find_base(const std::vector<unsigned char>& labels) {
    while (first_free_ < nodes_.size() && nodes_[first_free_].parent != TrieNode::free)
      ++first_free_;
    // Near the front little is free: nodes with many children go to fresh blocks after some tries.
    constexpr int tries = 512;
    std::size_t place = first_free_;
    for (int i = 0; i < tries && place < nodes_.size(); ++i, ++place) {
      if (nodes_[place].parent != TrieNode::free) continue;
      const auto base = static_cast<std::uint32_t>(place ^ labels[0]);
      const bool fits = std::all_of(labels.begin(), labels.end(), [&](unsigned char label) {
        return nodes_[base ^ label].parent == TrieNode::free;
      });
      if (fits) return base;
    }
    nodes_.resize(nodes_.size() + kBytes);
    return static_cast<std::uint32_t>(nodes_.size() - kBytes);
  }

  void place_children(const Range& range) {
    std::vector<unsigned char> labels;
    std::vector<std::size_t> starts;
    for (std::size_t i = range.begin; i < range.end; ++i) {
      if (keys_[i].bytes.size() == range.depth) {
        nodes_[range.node].id = keys_[i].id;
        continue;
      }
      const auto label = static_cast<unsigned char>(keys_[i].bytes[range.depth]);
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
      todo_.push_back({starts[i], starts[i + 1], range.depth + 1, child});
    }
  }

  std::vector<TrieKey> keys_;
  std::vector<TrieNode> nodes_;
  std::vector<Range> todo_;
  std::size_t first_free_ = 0;
};

}  // namespace

std::vector<TrieNode> build_double_array(std::vector<TrieKey> keys, std::uint32_t roots) {
  return Builder(std::move(keys), roots).build();
}

bool is_sound_double_array(std::span<const TrieNode> nodes, std::int32_t ids) {
  if (nodes.empty() || nodes.size() % kBytes != 0) return false;
  return std::all_of(nodes.begin(), nodes.end(), [&](const TrieNode& node) {
    return node.base < nodes.size() && node.id >= -1 && node.id < ids;
  });
}

}  // namespace roformer::base
