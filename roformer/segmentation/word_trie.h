// Words as a trie of characters, a double array (Aoe 1989): a step takes a character, one load and
// one comparison. Characters are numbered, the frequent ones first, so that children lie close.
#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace roformer::segmentation {

/// A place that is free has the parent `free`.
struct WordNode {
  static constexpr std::uint32_t free = 0xFFFFFFFF;

  std::uint32_t base = 0;  // child by number n: base + n
  std::uint32_t parent = free;
  double log_share = std::numeric_limits<double>::quiet_NaN();  // NaN: no word ends here
};

/// A view of what lies in memory or in a mapped file.
struct WordTrie {
  static constexpr std::uint32_t root = 0;
  static constexpr std::size_t page_size = 256;
  static constexpr std::size_t num_pages = 0x110000 / page_size;

  std::span<const std::uint32_t> pages;    // of each 256 code points: which 256 of `numbers`
  std::span<const std::uint32_t> numbers;  // 0 of a character that no word has
  std::span<const WordNode> nodes;

  /// The number of a code point up to U+10FFFF.
  std::uint32_t number(char32_t c) const {
    return numbers[pages[c / page_size] * page_size + c % page_size];
  }
  /// Where a child is, or another node.
  std::uint32_t place(std::uint32_t node, std::uint32_t number) const {
    return nodes[node].base + number;
  }
  /// The child by a number, or WordNode::free where there is none; there never is one by 0.
  std::uint32_t step(std::uint32_t node, std::uint32_t number) const {
    const std::uint32_t next = place(node, number);
    return nodes[next].parent == node ? next : WordNode::free;
  }
  /// Whether every step from every node stays within: what a file must show before it is believed.
  bool is_sound() const;
};

/// A trie that owns what it is made of.
struct BuiltWordTrie {
  std::vector<std::uint32_t> pages, numbers;
  std::vector<WordNode> nodes;

  WordTrie view() const { return {pages, numbers, nodes}; }
};

/// A word, none of them empty and no two alike, with the logarithm of its share.
using WordShare = std::pair<std::u32string, double>;

BuiltWordTrie build_word_trie(std::vector<WordShare> words);

}  // namespace roformer::segmentation
