// Byte-pair encoding of words as subword-nmt applies it (Sennrich, Haddow and Birch 2016;
// https://github.com/rsennrich/subword-nmt, apply_bpe.py): codes are merges in the order of their
// ranks, with </w> at the end of a word. Glossaries and dropout of merges are left out.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace roformer::text {

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
  /// What may be chosen.
  using Options = SubwordNmtOptions;

  /// `codes` of learn-bpe: an optional "#version: 0.1" or "0.2", then two symbols a line. Throws
  /// Error naming `name` and line.
  SubwordNmt(std::string_view codes, std::string_view name, Options options = {});
  ~SubwordNmt();
  SubwordNmt(SubwordNmt&&) noexcept;
  SubwordNmt& operator=(SubwordNmt&&) noexcept;

  /// The units of a line's words, separators included. Words are what stands between spaces.
  std::vector<std::string> units(std::string_view line) const;
  /// The line as `subword-nmt apply-bpe` prints it: units with a space between them; spaces at both
  /// ends stay.
  std::string segment(std::string_view line) const;
  const std::string& separator() const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

/// Units joined to words: "low@@ er" becomes "lower".
std::string join_units(const std::vector<std::string>& units, std::string_view separator);

}  // namespace roformer::text
