// Lines of standard input as they come: read into a buffer of our own, so that it is known whether
// another one is at hand without waiting for it.
#pragma once
#include <chrono>
#include <string>

namespace roformer::cli {

/// Reads standard input past std::cin: a program takes one of the two.
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

}  // namespace roformer::cli
