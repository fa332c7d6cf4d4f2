// The program: lists the commands, runs one, turns errors into one line and an exit code (1 failed,
// 2 wrong usage).
#include <c10/util/Exception.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/base/nearest_name.h"
#include "roformer/base/version.h"
#include "roformer/cli/command.h"
#include "roformer/cli/option_text.h"
#include "roformer/cli/shared_machine.h"

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

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

// One line, whatever a file's names hold.
int report(std::string message) {
  std::replace_if(
      message.begin(), message.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  std::fprintf(stderr, "error: %s\n", message.c_str());
  return kFailed;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::vector<std::string> names_of_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// The first word that is no command and no option where one must stand, and what was meant; CLI11
// complains of what is missing beside it first. Empty if there is no such word.
std::string wrong_word(const CLI::App& program, int argc, char** argv) {
  const CLI::App* command = &program;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto commands = commands_of(*command);
    if (!commands.empty() && !word.starts_with("-")) {
      std::vector<std::string> names;
      for (const CLI::App* one : commands) names.push_back(one->get_name());
      const auto found = std::find(names.begin(), names.end(), word);
      if (found == names.end())
        return fmt::format("there is no command '{}'{}", word, base::did_you_mean(word, names));
      command = commands[static_cast<std::size_t>(found - names.begin())];
    } else if (word.starts_with("--") && word.size() > 2) {
      const std::string name = word.substr(0, word.find('='));
      const auto names = names_of_options(*command);
      if (std::find(names.begin(), names.end(), name) == names.end())
        return fmt::format("there is no option {}{}", name, base::did_you_mean(name, names));
    }
  }
  return {};
}

int finish_output() {
  std::cout.flush();
  return std::cout.good() ? 0 : report("[cli] cannot write to standard output");
}

int run_program(int argc, char** argv) {
  CLI::App program("Transformers with rotary position embedding: train, evaluate, run", "roformer");
  program.set_version_flag("--version", std::string("roformer ") + base::kVersion);
  program.require_subcommand(1);
  program.formatter(std::make_shared<HelpFormat>());
#define ROFORMER_ADD_COMMAND(name) add_##name##_command(program);
  ROFORMER_COMMANDS(ROFORMER_ADD_COMMAND)
  // Behind the commands, which would inherit it.
  program.footer(
      "roformer COMMAND --help describes a command; roformer manual | man -l - all of them.");
  try {
    program.parse(argc, argv);
    return finish_output();
  } catch (const CLI::ParseError& error) {
    const std::string wrong = error.get_exit_code() == 0 ? "" : wrong_word(program, argc, argv);
    if (!wrong.empty()) std::fprintf(stderr, "%s\n", wrong.c_str());
    return program.exit(error, std::cout, std::cerr) == 0 ? finish_output() : kWrongUsage;
  } catch (const Error& error) {
    return report(error.what());
  } catch (const c10::Error& error) {
    return report(first_line(error.what_without_backtrace()));
  } catch (const std::bad_alloc&) {
    return report("[cli] out of memory");
  } catch (const std::filesystem::filesystem_error& error) {
    return report(
        fmt::format("[cli] cannot use {}: {}", error.path1().string(), error.code().message()));
  } catch (const std::exception& error) {
    return report(first_line(error.what()));
  }
}

}  // namespace
}  // namespace roformer::cli

/// What launcher/main.cpp calls: the whole program, which does not come back. `waiting_is_ours`:
/// the user's environment says nothing of how threads wait.
extern "C" [[noreturn]] void roformer_run_program(int argc, char** argv, bool waiting_is_ours) {
  std::signal(SIGPIPE, SIG_DFL);  // a reader that leaves, as in `| head`, ends us quietly, even if
                                  // our parent ignores it
  std::signal(SIGXFSZ, SIG_IGN);  // a file that outgrows its limit is an error of the write
  roformer::base::set_up_log();
  const std::jthread sharing = waiting_is_ours ? roformer::cli::share_machine() : std::jthread();
  const int status = roformer::cli::run_program(argc, argv);
  // Not std::exit: LibTorch's destructors take its table of operators apart entry by entry, which
  // is 0.1 s, a third of a short command.
  std::fflush(nullptr);
  std::_Exit(status);
}
