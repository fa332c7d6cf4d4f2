// All commands, with what they need of LibTorch.
#include <c10/util/Exception.h>

#include <string>
#include <thread>

#include "roformer/checkpoint/folder.h"
#include "roformer/cli/program.h"
#include "roformer/cli/shared_machine.h"
#include "roformer/cli/tokenizer_path.h"

namespace roformer::cli {

// Every command, in the order of the help: add_name_command of its file.
#define ROFORMER_COMMANDS(COMMAND) \
  COMMAND(train)                   \
  COMMAND(evaluate)                \
  COMMAND(fill_mask)               \
  COMMAND(embed)                   \
  COMMAND(similarity)              \
  COMMAND(generate)                \
  COMMAND(translate)               \
  COMMAND(shortlist)               \
  COMMAND(bleu)                    \
  COMMAND(classify)                \
  COMMAND(glue_submission)         \
  COMMAND(tokenize)                \
  COMMAND(detokenize)              \
  COMMAND(segment)                 \
  COMMAND(run)                     \
  COMMAND(inspect)                 \
  COMMAND(convert)                 \
  COMMAND(average)                 \
  COMMAND(rope)                    \
  COMMAND(compare)                 \
  COMMAND(sweep)                   \
  COMMAND(reproduce)               \
  COMMAND(manual)                  \
  COMMAND(completion)

#define ROFORMER_DECLARE_COMMAND(name) void add_##name##_command(CLI::App& program);
ROFORMER_COMMANDS(ROFORMER_DECLARE_COMMAND)

// A path of theirs may be one of weights.
void add_tokenize_command(CLI::App& program) {
  add_tokenize_command(program, checkpoint::folder_of);
}

void add_detokenize_command(CLI::App& program) {
  add_detokenize_command(program, checkpoint::folder_of);
}

namespace {

void add_all(CLI::App& program) {
#define ROFORMER_ADD_COMMAND(name) add_##name##_command(program);
  ROFORMER_COMMANDS(ROFORMER_ADD_COMMAND)
}

// LibTorch's without the calls that led to it, which take long to be named.
std::string message_of(const std::exception& error) {
  const auto* torch = dynamic_cast<const c10::Error*>(&error);
  return torch == nullptr ? error.what() : torch->what_without_backtrace();
}

}  // namespace
}  // namespace roformer::cli

/// What launcher/main.cpp calls: the whole program, which does not come back. `waiting_is_ours`:
/// the user's environment says nothing of how threads wait.
extern "C" [[noreturn]] void roformer_run_program(int argc, char** argv, bool waiting_is_ours) {
  using namespace roformer::cli;
  set_up_process();
  const std::jthread sharing = waiting_is_ours ? share_machine() : std::jthread();
  const int status = run_program(argc, argv, {add_all, message_of});
  // Not std::exit: LibTorch's destructors take its table of operators apart entry by entry, which
  // is 0.1 s, a third of a short command.
  end_process(status);
}
