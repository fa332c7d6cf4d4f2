#include "roformer/base/remove_on_signal.h"

#include <unistd.h>

#include <atomic>
#include <climits>
#include <csignal>
#include <string>

namespace roformer::base {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

// A signal handler can reach nothing but static variables. Written before it is set.
char removed_file[PATH_MAX];
std::atomic<bool> removal_is_set = false;

// Blocked until the handler is left, the signal then ends the program: the handler is reset.
extern "C" void remove_and_end(int number) {
  ::unlink(removed_file);
  ::raise(number);
}

void catch_where_usual(int number) {
  struct sigaction before {};
  ::sigaction(number, nullptr, &before);
  if (before.sa_handler != SIG_DFL) return;
  struct sigaction action {};
  action.sa_handler = remove_and_end;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(number, &action, nullptr);
}

void leave(int number) {
  struct sigaction now {};
  ::sigaction(number, nullptr, &now);
  if (now.sa_handler == remove_and_end) ::signal(number, SIG_DFL);
}

}  // namespace

RemoveOnSignal::RemoveOnSignal(const std::filesystem::path& file) {
  const std::string name = std::filesystem::absolute(file).string();
  if (name.size() >= sizeof removed_file || removal_is_set.exchange(true)) return;
  is_set_ = true;
  removed_file[name.copy(removed_file, name.size())] = '\0';
  for (const int number : kSignals) catch_where_usual(number);
}

RemoveOnSignal::~RemoveOnSignal() {
  if (!is_set_) return;
  for (const int number : kSignals) leave(number);
  removal_is_set = false;
}

}  // namespace roformer::base
