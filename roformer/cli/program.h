// The program around its commands: help and version, errors as one line and an exit code (1 failed,
// 2 wrong usage).
#pragma once
#include <CLI/CLI.hpp>

#include <exception>
#include <string>

namespace roformer::cli {

/// What a library of commands brings.
struct Commands {
  /// Adds them in the order of the help.
  void (*add)(CLI::App& program);
  /// What an error says, whose first line is printed.
  std::string (*message)(const std::exception& error);
};

/// A command says so, before it has read or written anything, where it turns out that it cannot do
/// without tensors: the library of all commands can.
struct NeedsTensors {};

/// The whole program; returns its exit code. Passes NeedsTensors on.
int run_program(int argc, char** argv, const Commands& commands);

/// Signals and messages as all commands want them.
void set_up_process();

/// Ends the process with what is printed so far, and runs no destructor.
[[noreturn]] void end_process(int status);

}  // namespace roformer::cli
