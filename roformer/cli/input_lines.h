// Lines of standard input as they come, and a count of those that are not UTF-8.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

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

}  // namespace roformer::cli
