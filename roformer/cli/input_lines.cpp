#include "roformer/cli/input_lines.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
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

}  // namespace roformer::cli
