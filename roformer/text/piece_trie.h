// The vocabulary as a double array (Aoe 1989, in the XOR form): two tries, one of the pieces that
// begin a word, one of those that continue it. A step is one load and one comparison.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

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
  explicit PieceTrie(std::vector<Key> keys);

  struct Match {
    std::int32_t id = -1;  // -1: none
    std::size_t size = 0;
  };
  /// The longest key that `bytes` begins with.
  Match longest(Root root, const char* bytes, std::size_t size) const {
    Match match;
    std::uint32_t node = static_cast<std::uint32_t>(root);
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint32_t next = nodes_[node].base ^ static_cast<unsigned char>(bytes[i]);
      if (nodes_[next].parent != node) break;
      node = next;
      if (nodes_[node].id >= 0) match = {nodes_[node].id, i + 1};
    }
    return match;
  }

 private:
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;
  struct Node {
    std::uint32_t base = 0;  // child by byte b: base ^ b
    std::uint32_t parent = kFree;
    std::int32_t id = -1;
  };
  struct Range {
    std::size_t begin, end, depth;
    std::uint32_t node;
  };

  void place_children(const std::vector<Key>& keys, const Range& range, std::vector<Range>& todo);
  std::uint32_t find_base(const std::vector<unsigned char>& labels);

  std::vector<Node> nodes_;
  std::size_t first_free_ = 0;
};

}  // namespace roformer::text
