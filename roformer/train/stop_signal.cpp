#include "roformer/train/stop_signal.h"

#include <atomic>

namespace roformer::train {
namespace {

// A signal handler, which runs on any thread, can reach nothing but a static variable.
std::atomic<int> stop_signal_received = 0;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void note_stop_signal(int number) {
  stop_signal_received = number;
}

// Returns what was set for the signal before.
struct sigaction catch_once(int number) {
  struct sigaction action {};
  action.sa_handler = note_stop_signal;
  // Reset: the second signal ends the program at once. Restart: a write that is under way is not
  // cut short.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigemptyset(&action.sa_mask);
  struct sigaction before {};
  ::sigaction(number, &action, &before);
  return before;
}

}  // namespace

StopSignal::StopSignal() {
  stop_signal_received = 0;
  interrupt_ = catch_once(SIGINT);
  terminate_ = catch_once(SIGTERM);
}

StopSignal::~StopSignal() {
  ::sigaction(SIGINT, &interrupt_, nullptr);
  ::sigaction(SIGTERM, &terminate_, nullptr);
}

int StopSignal::received() const {
  return stop_signal_received;
}

}  // namespace roformer::train
