// Lines of standard input in chunks that are worth a batch, with progress on standard error.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/base/progress.h"
#include "roformer/cli/input_lines.h"
#include "roformer/pipeline/lines.h"

namespace roformer::cli {

/// The chunks in their order. One ends where enough lines for a batch are read, or where the next
/// line does not come at once: a program that waits for an answer before it writes on gets it.
class LineChunks {
 public:
  /// `title` names the work in the progress bar, which is shown where standard input is a file of
  /// some size.
  explicit LineChunks(std::string_view title);

  /// Reads the next lines, without their ends; false at the end of the input. From a terminal one
  /// line at a time. Counts the chunk before as done. Throws Error where the input cannot be read.
  bool next();
  /// The chunk, with the number of its first line, from 1.
  pipeline::Lines lines() const { return {lines_, first_line_}; }

 private:
  InputLines input_;
  std::vector<std::string> lines_;
  std::int64_t first_line_ = 1;
  std::int64_t bytes_ = 0;
  std::size_t lines_at_once_;
  std::optional<base::Progress> progress_;
};

/// Throws Error where the lines of standard input ended because it cannot be read.
void require_readable_input();

}  // namespace roformer::cli
