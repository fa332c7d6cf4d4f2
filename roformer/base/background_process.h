// Other programs that run beside this one, several at once.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace roformer::base {

/// A program whose output and errors go into a file. It is in a process group of its own, so that a
/// terminal's Ctrl-C reaches it only as `stop`, and it is told to stop where this process dies.
class BackgroundProcess {
 public:
  /// `arguments` begin with the program's path; standard input is empty, `log` is appended to.
  /// Throws Error if it cannot be started.
  BackgroundProcess(const std::vector<std::string>& arguments, const std::filesystem::path& log);
  /// Tells it to stop and waits for its end.
  ~BackgroundProcess();
  BackgroundProcess(const BackgroundProcess&) = delete;
  BackgroundProcess& operator=(const BackgroundProcess&) = delete;

  /// Its exit status once it has ended, or 128 + the signal that ended it; does not wait.
  std::optional<int> poll();
  /// Sends SIGTERM, the first time that it is called.
  void stop();

 private:
  std::optional<int> look(int flags);
  pid_t process_ = -1;
  std::optional<int> status_;
  bool stopped_ = false;
};

}  // namespace roformer::base
