// Byte-pair encoding of words as subword-nmt applies it (Sennrich, Haddow and Birch 2016;
// https://github.com/rsennrich/subword-nmt, apply_bpe.py): codes are merges in the order of their
// ranks, with </w> at the end of a word. Glossaries and dropout of merges are left out.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "roformer/base/hash.h"

namespace roformer::text {

/// What stands for the end of a word in the symbols.
inline constexpr std::string_view kWordEnd = "</w>";

/// Ranked merges, applied to one word at a time (algorithm 1 of the paper): the pair of the lowest
/// rank is merged wherever it stands, from left to right, until no pair has a rank. Immutable; its
/// const functions are safe from several threads.
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
  struct Word;

  static std::uint64_t key_of(std::int32_t left, std::int32_t right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
           static_cast<std::uint32_t>(right);
  }
  std::int32_t add_symbol(const std::string& text);
  std::int32_t find_symbol(std::string_view text) const;
  const Merge* find_merge(std::int32_t left, std::int32_t right) const;
  Word cut(std::string_view word, bool end_is_symbol) const;

  std::unordered_map<std::string, std::int32_t, base::StringHash, std::equal_to<>> symbols_;
  std::unordered_map<std::uint64_t, Merge> merges_;
  std::unordered_map<std::string, Pair> parts_;
};

/// Subword units as they stand in text ("low@@"), that merges may make.
using UnitSet = std::unordered_set<std::string>;

/// Reads "unit count" lines as subword-nmt's get-vocab writes them: those with a count of
/// `threshold` or more, in their order, each once. Throws Error naming `name` and line.
std::vector<std::string> parse_unit_counts(std::string_view text, std::int64_t threshold,
                                           std::string_view name);

/// How units are written and which of them may come out.
struct SubwordNmtOptions {
  std::string separator = "@@";                 // behind each unit but the last of a word
  std::shared_ptr<const UnitSet> allowed = {};  // set: merges that make another unit are taken back
};

/// Immutable; its const functions are safe from several threads.
class SubwordNmt {
 public:
  /// `codes` of learn-bpe: an optional "#version: 0.1" or "0.2", then two symbols a line. Throws
  /// Error naming `name` and line.
  SubwordNmt(std::string_view codes, std::string_view name, SubwordNmtOptions options = {});

  /// The units of a line's words, separators included. Words are what stands between spaces.
  std::vector<std::string> units(std::string_view line) const;
  /// The line as `subword-nmt apply-bpe` prints it: units with a space between them; spaces at both
  /// ends stay.
  std::string segment(std::string_view line) const;
  const std::string& separator() const { return options_.separator; }

 private:
  enum class Place { middle, last };  // of a unit in its word

  bool allows(const std::string& unit, Place place) const;
  void split(const std::string& unit, Place place, std::vector<std::string>& out) const;
  void keep_or_split(const std::string& unit, Place place, std::vector<std::string>& out) const;
  void append_word(std::string_view word, std::vector<std::string>& out) const;

  SubwordNmtOptions options_;
  bool end_is_symbol_ = true;  // version 0.1: </w> is a symbol of its own, not part of the last
  MergeTable merges_;
};

/// Units joined to words: "low@@ er" becomes "lower".
std::string join_units(const std::vector<std::string>& units, std::string_view separator);

}  // namespace roformer::text
