#include "roformer/cli/input_lines.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/cli/json_output.h"
#include "roformer/unicode/utf8.h"

namespace roformer::cli {
namespace {

constexpr std::size_t kBytesOfARead = 1 << 16;
constexpr int kForever = -1;

// Whether a read would return at once, its end and its errors among the answers.
bool wait_for_input(int milliseconds) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, milliseconds) != 0;
}

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

InputLines::InputLines() {
  if (::isatty(STDIN_FILENO) != 0)
    fmt::print(stderr,
               "reading lines from the terminal; Ctrl-D at the start of a line ends them\n");
}

bool InputLines::has_line() {
  searched_ = std::min(buffer_.find('\n', searched_), buffer_.size());
  return searched_ < buffer_.size();
}

void InputLines::fill() {
  buffer_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  const std::size_t before = buffer_.size();
  buffer_.resize(before + kBytesOfARead);
  ssize_t count = 0;
  while ((count = ::read(STDIN_FILENO, buffer_.data() + before, kBytesOfARead)) < 0) {
    if (errno == EINTR) continue;
    base::require(errno == EAGAIN, "[cli] cannot read standard input: {}", std::strerror(errno));
    wait_for_input(kForever);
  }
  buffer_.resize(before + static_cast<std::size_t>(count));
  ended_ = count == 0;
}

bool InputLines::next(std::string& line) {
  while (!has_line() && !ended_) fill();
  if (begin_ == buffer_.size()) return false;
  line.assign(buffer_, begin_, searched_ - begin_);
  begin_ = searched_ = std::min(searched_ + 1, buffer_.size());
  return true;
}

bool InputLines::ready_by(Clock::time_point deadline) {
  using std::chrono::milliseconds;
  while (!has_line() && !ended_) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (!wait_for_input(static_cast<int>(std::max(left, milliseconds(0)).count()))) return false;
    fill();
  }
  return true;
}

void InvalidLines::check(std::string_view line, std::int64_t number) {
  if (unicode::is_utf8(line)) return;
  if (count_++ == 0) first_ = number;
}

void InvalidLines::report() const {
  if (count_ == 0) return;
  spdlog::warn("{}: {} not UTF-8 (the first: line {}): bad bytes were read as U+FFFD", source_,
               count_ == 1 ? "1 line is" : fmt::format("{} lines are", count_), first_);
}

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
