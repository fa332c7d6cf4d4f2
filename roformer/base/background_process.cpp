#include "roformer/base/background_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "roformer/base/descriptor.h"
#include "roformer/base/error.h"

namespace roformer::base {
namespace {

constexpr int kCannotStart = 127;

// In the new process, where only what is safe in a signal handler may be called.
[[noreturn]] void become(char** arguments, int input, int output, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(kCannotStart);  // it died before the line above
  ::dup2(input, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::execv(arguments[0], arguments);
  ::_exit(kCannotStart);
}

}  // namespace

BackgroundProcess::BackgroundProcess(const std::vector<std::string>& arguments,
                                     const std::filesystem::path& log) {
  require(::access(arguments.front().c_str(), X_OK) == 0, "[base] cannot run {}: {}",
          arguments.front(), std::strerror(errno));
  const Descriptor output(::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  require(output.get() >= 0, "[base] cannot write {}: {}", log.string(), std::strerror(errno));
  const Descriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  require(input.get() >= 0, "[base] cannot open /dev/null: {}", std::strerror(errno));
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  process_ = ::fork();
  require(process_ >= 0, "[base] cannot run {}: {}", arguments.front(), std::strerror(errno));
  if (process_ == 0) become(argv.data(), input.get(), output.get(), parent);
}

BackgroundProcess::~BackgroundProcess() {
  if (poll()) return;
  stop();
  look(0);
}

std::optional<int> BackgroundProcess::look(int flags) {
  if (status_) return status_;
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(process_, &status, flags)) < 0 && errno == EINTR) {
  }
  if (ended == process_)
    status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return status_;
}

std::optional<int> BackgroundProcess::poll() {
  return look(WNOHANG);
}

void BackgroundProcess::stop() {
  if (stopped_ || status_) return;
  stopped_ = true;
  ::kill(process_, SIGTERM);
}

}  // namespace roformer::base
