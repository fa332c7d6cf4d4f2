#include "roformer/base/command.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

#include "roformer/base/descriptor.h"
#include "roformer/base/error.h"

namespace roformer::base {
namespace {

struct Pipe {
  Descriptor reading, writing;
};

Pipe open_pipe() {
  int ends[2];
  const bool opened = ::pipe2(ends, O_CLOEXEC) == 0;
  require(opened, "[base] cannot open a pipe: {}", std::strerror(errno));
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// Writes all, or until the reader is gone. Runs on a thread of its own, where SIGPIPE is blocked.
void feed(Descriptor descriptor, std::string_view input) {
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
  while (!input.empty()) {
    const ssize_t written = ::write(descriptor.get(), input.data(), input.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    input.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string read_all(Command& command) {
  std::string output;
  char buffer[1 << 14];
  while (const std::size_t got = command.read(buffer, sizeof buffer)) output.append(buffer, got);
  return output;
}

}  // namespace

Command::Command(const std::vector<std::string>& arguments, CommandErrors errors, int input) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  Pipe output = open_pipe();

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (input >= 0) {
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  posix_spawn_file_actions_adddup2(&actions, output.writing.get(), STDOUT_FILENO);
  if (errors == CommandErrors::join) {
    posix_spawn_file_actions_adddup2(&actions, output.writing.get(), STDERR_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  const int failure = ::posix_spawnp(&process_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  output_ = std::move(output.reading);
  if (failure == 0) return;
  process_ = -1;
  fail("[base] cannot run {}: {}", arguments[0], std::strerror(failure));
}

Command::~Command() {
  output_.close();
  if (process_ < 0) return;
  ::kill(process_, SIGTERM);
  wait();
}

std::size_t Command::read(char* bytes, std::size_t size) {
  while (true) {
    const ssize_t got = ::read(output_.get(), bytes, size);
    if (got < 0 && errno == EINTR) continue;
    require(got >= 0, "[base] cannot read a program's output: {}", std::strerror(errno));
    return static_cast<std::size_t>(got);
  }
}

int Command::wait() {
  if (process_ < 0) return 0;
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

CommandResult run_command(const std::vector<std::string>& arguments, std::string_view input,
                          CommandErrors errors) {
  Pipe pipe = open_pipe();
  std::jthread feeder;  // outlives the command: it ends when that no longer reads
  Command command(arguments, errors, pipe.reading.get());
  pipe.reading.close();
  feeder = std::jthread(feed, std::move(pipe.writing), input);
  CommandResult result;
  result.output = read_all(command);
  result.status = command.wait();
  return result;
}

bool has_program(std::string_view name) {
  const char* variable = std::getenv("PATH");
  std::string_view folders = variable == nullptr ? "/usr/bin:/bin" : variable;
  while (!folders.empty()) {
    const auto colon = folders.find(':');
    const auto path = fmt::format("{}/{}", folders.substr(0, colon), name);
    if (::access(path.c_str(), X_OK) == 0) return true;
    folders.remove_prefix(colon == std::string_view::npos ? folders.size() : colon + 1);
  }
  return false;
}

}  // namespace roformer::base
