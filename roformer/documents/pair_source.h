// Parallel text as a stream of pairs of lines.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::documents {

/// Two lines that say the same, and where they stand. A side may be empty.
struct TextPair {
  std::string source, target;
  std::string_view file = {};  // lives as long as the source of pairs
  std::int64_t line = 0;       // from 1
};

/// Pairs in the order of the text.
class PairSource {
 public:
  virtual ~PairSource() = default;
  /// False at the end. Throws Error where the text is damaged or its sides do not match.
  virtual bool next(TextPair& pair) = 0;
  /// Bytes on disk in all, and consumed so far.
  virtual std::int64_t total() const = 0;
  virtual std::int64_t consumed() const = 0;
};

/// Line i of a source file with line i of the target file at the same place of the list (plain, .xz
/// or .gz). Throws Error naming both files and their counts of lines where these differ.
std::unique_ptr<PairSource> open_line_pairs(std::vector<std::filesystem::path> source,
                                            std::vector<std::filesystem::path> target);

/// Lines "source TAB target"; further columns are ignored, a line without a tab has an empty
/// target. `reverse`: the target stands first.
std::unique_ptr<PairSource> open_tab_pairs(std::vector<std::filesystem::path> files,
                                           bool reverse = false);

/// One text behind the other.
std::unique_ptr<PairSource> chain_pairs(std::vector<std::unique_ptr<PairSource>> parts);

}  // namespace roformer::documents
