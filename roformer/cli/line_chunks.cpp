#include "roformer/cli/line_chunks.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "roformer/base/error.h"

namespace roformer::cli {
namespace {

constexpr std::size_t kLinesAtOnce = 512;
constexpr std::size_t kBytesAtOnce = 1 << 20;
// Longer than a program needs between two writes, too short to be felt by who waits for an answer.
constexpr std::chrono::milliseconds kPatience{50};
constexpr std::int64_t kWorthProgress = 1 << 16;  // bytes; less is done before a bar could be read

// The size of standard input if it is a file, else 0.
std::int64_t input_size() {
  struct stat status {};
  return ::fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;
}

}  // namespace

// The end is also what a stream shows where reading fails: a read of our own tells.
void require_readable_input() {
  if (std::cin.good()) return;
  char byte = 0;
  ssize_t count = 0;
  do {
    count = ::read(STDIN_FILENO, &byte, 0);
  } while (count < 0 && errno == EINTR);
  base::require(count >= 0 && !std::cin.bad(), "[cli] cannot read standard input: {}",
                count < 0 ? std::strerror(errno) : "an error of input");
}

LineChunks::LineChunks(std::string_view title)
    : lines_at_once_(::isatty(STDIN_FILENO) != 0 ? 1 : kLinesAtOnce) {
  const std::int64_t total = input_size();
  // A bar on the terminal that the answers go to would stand between them.
  if (total >= kWorthProgress && ::isatty(STDOUT_FILENO) == 0)
    progress_.emplace(std::string(title), total);
}

bool LineChunks::next() {
  if (progress_) progress_->update(bytes_);
  first_line_ += static_cast<std::int64_t>(lines_.size());
  lines_.clear();
  std::size_t chunk_bytes = 0;
  InputLines::Clock::time_point deadline;
  std::string line;
  while (lines_.size() < lines_at_once_ && chunk_bytes < kBytesAtOnce &&
         (lines_.empty() || input_.ready_by(deadline)) && input_.next(line)) {
    if (lines_.empty()) deadline = InputLines::Clock::now() + kPatience;
    chunk_bytes += line.size() + 1;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines_.push_back(line);
  }
  bytes_ += static_cast<std::int64_t>(chunk_bytes);
  if (lines_.empty() && progress_) progress_->finish();
  return !lines_.empty();
}

}  // namespace roformer::cli
