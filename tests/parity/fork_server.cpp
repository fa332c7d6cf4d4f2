// `parity_driver serve`: runs our programs without loading LibTorch anew, which is most of the time of a small
// comparison. The libraries are loaded, nothing has run yet and no thread stands when a request forks this process.
//
// A request is one message on standard input, a Unix socket: the arguments, the program's name first, each ended by
// a zero byte, with three descriptors beside it, the child's standard input, output and error. Answered with two lines
// of text: the child's process number, and, when it is done, its status as waitpid(2) gives it.
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "tests/parity/driver.h"

extern "C" void roformer_run_plain_command(int argc, char** argv);
extern "C" [[noreturn]] void roformer_run_program(int argc, char** argv, bool waiting_is_ours);

namespace roformer::parity {
namespace {

constexpr int socket_to_client = STDIN_FILENO;
constexpr std::size_t longest_request = 1U << 16U;

struct Request {
  std::vector<std::string> arguments;  // empty: the client has left
  std::array<int, 3> descriptors{-1, -1, -1};
};

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

std::vector<std::string> split_at_zeros(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\0', begin);
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

Request receive() {
  std::string text(longest_request, '\0');
  Request request;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof request.descriptors)> control{};
  iovec buffer{text.data(), text.size()};
  msghdr message{};
  message.msg_iov = &buffer;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto size = recvmsg(socket_to_client, &message, 0);
  checked(size < 0 ? -1 : 0, "recvmsg");
  if (size == 0) return request;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || header == nullptr ||
      header->cmsg_len != CMSG_LEN(sizeof request.descriptors) || text[size - 1] != '\0')
    throw std::runtime_error("expected arguments with three descriptors");
  std::memcpy(request.descriptors.data(), CMSG_DATA(header), sizeof request.descriptors);
  request.arguments = split_at_zeros(text.substr(0, size));
  return request;
}

[[noreturn]] void become(Request& request) {
  for (int descriptor = 0; descriptor < 3; ++descriptor) {
    checked(dup2(request.descriptors[descriptor], descriptor), "dup2");
    close(request.descriptors[descriptor]);
  }
  std::vector<char*> arguments;
  for (std::string& argument : request.arguments) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const int count = static_cast<int>(request.arguments.size());
  if (!request.arguments[0].ends_with("parity_driver")) {  // as cli/launcher/main.cpp
    roformer_run_plain_command(count, arguments.data());
    roformer_run_program(count, arguments.data(), false);
  }
  const int status = run_driver(count, arguments.data());
  std::fflush(nullptr);
  std::_Exit(status);
}

void answer(long number) {
  const std::string line = std::to_string(number) + "\n";
  checked(static_cast<int>(write(socket_to_client, line.data(), line.size())), "write");
}

}  // namespace

void serve() {
  for (Request request = receive(); !request.arguments.empty(); request = receive()) {
    const pid_t child = checked(fork(), "fork");
    if (child == 0) become(request);
    for (const int descriptor : request.descriptors) close(descriptor);
    answer(child);
    int status = 0;
    checked(waitpid(child, &status, 0), "waitpid");
    answer(status);
  }
}

}  // namespace roformer::parity
