#include "roformer/base/progress.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <vector>

namespace roformer::base {

std::string format_duration(double seconds) {
  const std::int64_t whole = std::llround(std::max(0.0, seconds));
  const auto hours = whole / 3600, minutes = whole / 60 % 60;
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string format_count(std::int64_t count) {
  std::string digits = std::to_string(count);
  const std::size_t sign = count < 0 ? 1 : 0;
  for (std::size_t i = digits.size(); i > 3 + sign; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

std::string format_bytes(std::int64_t bytes) {
  constexpr const char* units[] = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  auto amount = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; amount >= 999.95 && unit + 1 < std::size(units); ++unit) amount /= 1000;
  return fmt::format("{:.1f} {}", amount, units[unit]);
}

Progress::Progress(std::string title, std::string unit, std::int64_t total, std::int64_t done,
                   std::optional<std::chrono::milliseconds> interval)
    : title_(std::move(title)),
      unit_(std::move(unit)),
      total_(total),
      first_(done),
      done_(done),
      terminal_(::isatty(STDERR_FILENO) != 0),
      // Ten redraws a second look smooth; in a log file a line each ten seconds is enough.
      interval_(interval.value_or(std::chrono::milliseconds(terminal_ ? 100 : 10000))) {}

Progress::~Progress() {
  clear();
}

void Progress::update(std::int64_t done, std::string_view text) {
  done_ = done;
  text_ = text;
  const auto now = Clock::now();
  if (!terminal_ && done >= total_) return;
  if (now - std::max(last_draw_, terminal_ ? Clock::time_point{} : start_) < interval_) return;
  last_draw_ = now;
  draw();
}

// "120 of 4,000 steps", "1.5 MB of 20.0 MB".
std::string Progress::amount() const {
  if (unit_ == "bytes") return fmt::format("{} of {}", format_bytes(done_), format_bytes(total_));
  return fmt::format("{} of {} {}", format_count(done_), format_count(total_), unit_);
}

void Progress::draw() {
  const double share =
      total_ > 0 ? std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_)) : 1.0;
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const std::int64_t fresh = done_ - first_;
  std::vector<std::string> parts = {amount()};
  if (!text_.empty()) parts.push_back(text_);
  const double rest = elapsed / static_cast<double>(fresh) * static_cast<double>(total_ - done_);
  if (done_ < total_) parts.push_back((fresh > 0 ? format_duration(rest) : "-:--") + " left");
  const std::string text = fmt::format("{}", fmt::join(parts, " · "));
  const double percent = std::floor(100 * share + 1e-9);  // 100 at the end alone
  if (!terminal_) {
    fmt::print(stderr, "{} {:.0f} % · {}\n", title_, percent, text);
    return;
  }
  constexpr int width = 20;  // leaves room for the text on an 80-column terminal
  const int filled = static_cast<int>(share * width);
  std::string bar;
  for (int i = 0; i < width; ++i) bar += i < filled ? "━" : "─";
  fmt::print(stderr, "\r\033[K{} {} {:3.0f} % {}", title_, bar, percent, text);
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::clear() {
  if (!terminal_ || !drawn_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  drawn_ = false;
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  done_ = total_;
  draw();
  if (terminal_) fmt::print(stderr, "\n");
  drawn_ = false;
}

}  // namespace roformer::base
