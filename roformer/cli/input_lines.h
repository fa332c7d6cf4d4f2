// Lines of standard input: as they come, in chunks for commands that answer each, and a count of
// those that are not UTF-8.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/base/progress.h"
#include "roformer/pipeline/lines.h"

namespace roformer::cli {

/// Reads standard input past std::cin, into a buffer of its own, so that it is known whether
/// another line is at hand without waiting for it: a program takes one of the two.
class InputLines {
 public:
  using Clock = std::chrono::steady_clock;

  /// Puts the next line, without "\n", into `line`, waiting for it; false at the end of the input.
  /// Throws Error where it cannot be read.
  bool next(std::string& line);

  /// Whether next() knows its answer without waiting, by `deadline` at the latest.
  bool ready_by(Clock::time_point deadline);

 private:
  bool has_line();
  void fill();

  std::string buffer_;
  std::size_t begin_ = 0;     // of what is not handed out yet
  std::size_t searched_ = 0;  // no line ends between begin_ and here
  bool ended_ = false;
};

/// A count of the lines of one text whose bad bytes are read as U+FFFD.
class InvalidLines {
 public:
  /// `source` is what the warning calls the text.
  explicit InvalidLines(std::string source) : source_(std::move(source)) {}

  /// Counts the line, number `number` from 1, if it is not UTF-8.
  void check(std::string_view line, std::int64_t number);
  /// Warns on standard error if there was any: how many, and the first.
  void report() const;

 private:
  std::string source_;
  std::int64_t count_ = 0, first_ = 0;
};

/// The lines in chunks that are worth a batch, in their order, with progress on standard error. One
/// ends where enough lines for a batch are read, or where the next line does not come at once: a
/// program that waits for an answer before it writes on gets it.
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

struct InputLine {
  std::int64_t number;  // from 1
  const std::string& text;
};

/// Reads standard input to its end, chunk by chunk: `answer` gives one answer a line
/// (pipeline::Lines → something with [] in the order of the lines), `format` its text without the
/// last line end (InputLine, answer → std::string). `title` names the work in the progress bar.
template <typename Answer, typename Format>
void answer_input(std::string_view title, Answer&& answer, const Format& format) {
  LineChunks input(title);
  while (input.next()) {
    const pipeline::Lines lines = input.lines();
    const auto answers = answer(lines);
    for (std::size_t i = 0; i < lines.texts.size(); ++i) {
      const InputLine line{lines.number(i), lines.texts[i]};
      std::cout << format(line, answers[i]) << '\n';
    }
    std::cout.flush();
  }
}

}  // namespace roformer::cli
