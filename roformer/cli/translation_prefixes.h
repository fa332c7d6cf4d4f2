// What the translations of the input's lines are to begin with.
#pragma once
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "roformer/cli/input_lines.h"

namespace roformer::cli {

/// One text for all lines, or the lines of a file, one a line of the input.
class TranslationPrefixes {
 public:
  /// `path` of the file; empty: `text` is for all, which may be empty too. Throws Error where the
  /// file cannot be read.
  TranslationPrefixes(std::string text, std::string path);

  /// The beginnings for the next `count` lines, number `first_line` the first; none if no line has
  /// any. Throws Error where the file has fewer lines.
  std::vector<std::string> next(std::int64_t first_line, std::size_t count);

  /// Call behind the last line: warns of what was not UTF-8. Throws Error if the file has more lines.
  void finish();

 private:
  std::string text_, path_;
  InvalidLines invalid_;
  std::ifstream file_;
};

}  // namespace roformer::cli
