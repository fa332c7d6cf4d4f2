#include "roformer/train/stop_signal.h"

#include <csignal>

namespace roformer::train {
namespace {

// A signal handler can reach nothing but a static variable.
volatile std::sig_atomic_t stop_signal_received = 0;

extern "C" void note_stop_signal(int number) {
  stop_signal_received = number;
}

void catch_once(int number) {
  struct sigaction action {};
  action.sa_handler = note_stop_signal;
  // Reset: the second signal ends the program at once. Restart: a write that is under way is not
  // cut short.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(number, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  stop_signal_received = 0;
  catch_once(SIGINT);
  catch_once(SIGTERM);
}

StopSignal::~StopSignal() {
  ::signal(SIGINT, SIG_DFL);
  ::signal(SIGTERM, SIG_DFL);
}

int StopSignal::received() const {
  return stop_signal_received;
}

}  // namespace roformer::train
