#include "roformer/cli/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <new>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/base/nearest_name.h"
#include "roformer/base/version.h"
#include "roformer/cli/option_text.h"

namespace roformer::cli {
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

}  // namespace

int run_program(int argc, char** argv, const Commands& commands) {
  CLI::App program("Transformers with rotary position embedding: train, evaluate, run", "roformer");
  program.set_version_flag("--version", std::string("roformer ") + base::kVersion);
  program.require_subcommand(1);
  program.formatter(std::make_shared<HelpFormat>());
  commands.add(program);
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
  } catch (const std::bad_alloc&) {
    return report("[cli] out of memory");
  } catch (const std::filesystem::filesystem_error& error) {
    return report(
        fmt::format("[cli] cannot use {}: {}", error.path1().string(), error.code().message()));
  } catch (const std::exception& error) {
    return report(first_line(commands.message(error)));
  }
}

void set_up_process() {
  std::signal(SIGPIPE, SIG_DFL);  // a reader that leaves, as in `| head`, ends us quietly, even if
                                  // our parent ignores it
  std::signal(SIGXFSZ, SIG_IGN);  // a file that outgrows its limit is an error of the write
  base::set_up_log();
}

void end_process(int status) {
  std::fflush(nullptr);
  std::_Exit(status);
}

}  // namespace roformer::cli
