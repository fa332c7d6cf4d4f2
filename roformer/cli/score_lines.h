// Lines of text that are to be scored: whole files, exactly as they are.
#pragma once
#include <string>
#include <vector>

namespace roformer::cli {

/// Lines of text and where they come from, as messages name it.
struct ScoreLines {
  std::string name;  // a path, or "standard input"
  std::vector<std::string> lines;
};

/// The lines of standard input, or of a file (plain, gzip or xz); they end at \n alone. Throw
/// Error that names file and line where it is not UTF-8, or that the file cannot be read.
ScoreLines read_standard_input();
ScoreLines read_score_file(const std::string& path);

/// Throws Error that names both files and both numbers unless they have equally many lines.
void require_equal_lines(const ScoreLines& one, const ScoreLines& other);

}  // namespace roformer::cli
