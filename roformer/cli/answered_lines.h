// Lines of standard input in chunks, for commands that answer each by a model.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/base/progress.h"
#include "roformer/cli/input_lines.h"
#include "roformer/pipeline/lines.h"

namespace roformer::cli {

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
