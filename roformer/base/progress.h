// Progress of long work on standard error: a bar that redraws on a terminal, plain lines elsewhere.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace roformer::base {

/// "1:02:03", "2:05" or "0:07".
std::string format_duration(double seconds);
/// "61,234".
std::string format_count(std::int64_t count);
/// "512 bytes", "61.2 kB", "1.5 MB", "2.0 GB"; in thousands.
std::string format_bytes(std::int64_t bytes);

/// Shows `title`, the share done, a text of the caller's (speed, loss …) and the time left.
class Progress {
 public:
  /// `total` units of work ("steps", "bytes", …) of which `done` are behind us already (a resumed
  /// run).
  /// `interval` between two lines is there for tests.
  Progress(std::string title, std::string unit, std::int64_t total, std::int64_t done = 0,
           std::optional<std::chrono::milliseconds> interval = std::nullopt);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Tells that `done` steps are finished. Draws at most ten times a second on a terminal, every
  /// ten seconds elsewhere, where the last line is finish()'s alone.
  void update(std::int64_t done, std::string_view text = {});
  /// Clears the bar so that a line can be printed; the next update draws it again.
  void clear();
  /// Draws all of the work as done and ends the line.
  void finish();

 private:
  void draw();
  std::string amount() const;
  using Clock = std::chrono::steady_clock;
  std::string title_, unit_;
  std::int64_t total_;
  std::int64_t first_;
  std::int64_t done_;
  std::string text_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_draw_{};
  bool terminal_;
  std::chrono::milliseconds interval_;
  bool drawn_ = false;
  bool finished_ = false;
};

}  // namespace roformer::base
