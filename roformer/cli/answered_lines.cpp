#include "roformer/cli/answered_lines.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/cli/json_output.h"

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

void Unanswered::answer(const pipeline::Lines& lines,
                        const std::function<void(const pipeline::Lines&)>& print, bool json) {
  try {
    return print(lines);
  } catch (const pipeline::LineError&) {
    // One by one below.
  }
  for (std::size_t i = 0; i < lines.texts.size(); ++i) {
    const std::int64_t number = lines.number(i);
    try {
      print({lines.texts.subspan(i, 1), number});
    } catch (const pipeline::LineError& error) {
      if (count_++ == 0) first_ = error.what();
      std::cout << (json ? json_answer({{"line", number}, {"error", error.what()}}, number) : "")
                << '\n';
    }
  }
}

void Unanswered::report() const {
  if (count_ == 0) return;
  base::require(count_ > 1, "{}", first_);
  base::fail("{} (and {} more without an answer)", first_, count_ - 1);
}

void check_lines(const pipeline::Lines& lines, InvalidLines* invalid) {
  if (invalid == nullptr) return;
  for (std::size_t i = 0; i < lines.texts.size(); ++i)
    invalid->check(lines.texts[i], lines.number(i));
}

LineChunks::LineChunks(std::string_view title)
    : lines_at_once_(::isatty(STDIN_FILENO) != 0 ? 1 : kLinesAtOnce) {
  const std::int64_t total = input_size();
  // A bar on the terminal that the answers go to would stand between them.
  if (total >= kWorthProgress && ::isatty(STDOUT_FILENO) == 0)
    progress_.emplace(std::string(title), "bytes", total);
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
