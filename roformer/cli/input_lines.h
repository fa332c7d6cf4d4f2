// Lines of standard input: as they come, in chunks for commands that answer each, and a count of
// those that are not UTF-8.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
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

  /// Says on standard error what is awaited where standard input is a terminal.
  InputLines();

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

/// Lines that have no answer: counted while the others are answered, an error at the end.
class Unanswered {
 public:
  /// print(lines), which answers all of them or throws pipeline::LineError before it has printed
  /// any; then line by line, where one that has no answer is an empty line, or {"line": N, "error":
  /// "…"}.
  void answer(const pipeline::Lines& lines,
              const std::function<void(const pipeline::Lines&)>& print, bool json);
  /// Throws Error with the first message if there was any.
  void report() const;

 private:
  std::int64_t count_ = 0;
  std::string first_;
};

/// How the answers of a command go out.
struct AnswerOutput {
  std::string_view title;  // names the work in the progress bar
  bool json = false;       // a line without an answer is {"line": N, "error": "…"}, else empty
  bool any_bytes = false;  // the tokenizer takes bytes as they are: no warning of what is no UTF-8
};

/// The lines of standard input that are not UTF-8 are counted by `invalid` unless it is null.
void check_lines(const pipeline::Lines& lines, InvalidLines* invalid);
/// Reads standard input to its end, chunk by chunk: `answer` gives one answer a line
/// (pipeline::Lines → something with [] in the order of the lines), `format` its text without the
/// last line end (InputLine, answer → std::string). Where a line of a chunk has no answer
/// (pipeline::LineError) the others are answered one by one; throws Error at the end.
template <typename Answer, typename Format>
void answer_input(const AnswerOutput& output, Answer&& answer, const Format& format) {
  LineChunks input(output.title);
  InvalidLines invalid("standard input");
  Unanswered unanswered;
  const auto print = [&](const pipeline::Lines& lines) {
    const auto answers = answer(lines);
    for (std::size_t i = 0; i < lines.texts.size(); ++i) {
      const InputLine line{lines.number(i), lines.texts[i]};
      std::cout << format(line, answers[i]) << '\n';
    }
  };
  while (input.next()) {
    check_lines(input.lines(), output.any_bytes ? nullptr : &invalid);
    unanswered.answer(input.lines(), print, output.json);
    std::cout.flush();
  }
  invalid.report();
  unanswered.report();
}

}  // namespace roformer::cli
