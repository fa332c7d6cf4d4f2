// Merges of byte-pair encoding by rank, applied to one word at a time (Sennrich, Haddow and Birch
// 2016, algorithm 1): the pair of the lowest rank is merged wherever it stands, from left to right,
// until no pair has a rank.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace roformer::text {

/// What stands for the end of a word in the symbols.
inline constexpr std::string_view kWordEnd = "</w>";

/// Ranked merges. Immutable; its const functions are safe from several threads.
class MergeTable {
 public:
  /// What a merge joins, left and right.
  using Pair = std::pair<std::string, std::string>;

  MergeTable() = default;
  /// The place of a pair in the list is its rank; of equal ones the first counts.
  explicit MergeTable(const std::vector<Pair>& pairs);

  /// The parts of a word of UTF-8 (not empty), without the mark of its end; the mark is a symbol of
  /// its own before the merges (`end_is_symbol`) or belongs to the last character.
  std::vector<std::string> merge(std::string_view word, bool end_is_symbol) const;

  /// The pair that makes a symbol, the earliest of several; null for what no merge makes.
  const Pair* parts(const std::string& symbol) const;

 private:
  struct Merge {
    std::int32_t rank;
    std::int32_t symbol;  // what it makes
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Word;

  static std::uint64_t key_of(std::int32_t left, std::int32_t right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
           static_cast<std::uint32_t>(right);
  }
  std::int32_t add_symbol(const std::string& text);
  std::int32_t find_symbol(std::string_view text) const;
  const Merge* find_merge(std::int32_t left, std::int32_t right) const;
  Word cut(std::string_view word, bool end_is_symbol) const;

  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> symbols_;
  std::unordered_map<std::uint64_t, Merge> merges_;
  std::unordered_map<std::string, Pair> parts_;
};

}  // namespace roformer::text
