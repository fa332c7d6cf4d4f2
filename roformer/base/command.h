// Other programs, run without a shell: no quoting, no surprises in file names.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/base/descriptor.h"

namespace roformer::base {

/// Where a program's standard error goes: nowhere, or into the same stream as its output.
enum class CommandErrors { discard, join };

/// A running program whose output is read as a stream. The destructor ends it if it still runs.
class Command {
 public:
  /// `arguments` begin with the program, a path or a name found in PATH. Standard input is empty
  /// unless `input` is given. Throws Error if it cannot be started.
  explicit Command(const std::vector<std::string>& arguments,
                   CommandErrors errors = CommandErrors::discard, int input = -1);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// Up to `size` bytes of its output; 0 at the end.
  std::size_t read(char* bytes, std::size_t size);
  /// Waits for its end: its exit status, or 128 + the signal that ended it.
  int wait();

 private:
  pid_t process_ = -1;
  Descriptor output_;
};

struct CommandResult {
  int status = 0;
  std::string output;
};

/// Runs a program to its end, with `input` as its standard input.
CommandResult run_command(const std::vector<std::string>& arguments, std::string_view input = {},
                          CommandErrors errors = CommandErrors::discard);

/// Whether PATH has such a program.
bool has_program(std::string_view name);

}  // namespace roformer::base
