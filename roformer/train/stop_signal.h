// SIGINT and SIGTERM as a wish to stop: the loop finishes its step, saves and ends. A second signal
// kills as usual.
#pragma once
#include <csignal>

namespace roformer::train {

/// While one lives, the two signals are caught; then what was set for them before is so again. One
/// at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// The signal that came, or 0.
  int received() const;

 private:
  struct sigaction interrupt_, terminate_;  // what was set before
};

}  // namespace roformer::train
