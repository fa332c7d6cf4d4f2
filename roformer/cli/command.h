// How a command joins the program: each file of this room defines one add_…_command, which
// registers a subcommand whose callback does the work (its state lives in a shared_ptr that the
// callback holds), and program.cpp lists them.
#pragma once
#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace roformer::cli {

/// Options that most commands share.
struct CommonOptions {
  std::string device = "cpu";
  int threads = 0;           // 0: as many as the machine has
  std::string compute_type;  // empty: as the weights are
  bool json = false;
};

/// Adds --model, a checkpoint folder or a file of weights in one.
void add_model_option(CLI::App& command, std::string& model);
/// Adds --set, changes of a recipe.
void add_changes_option(CLI::App& command, std::vector<std::string>& changes);
/// Adds --device and --threads (and --json).
void add_device_options(CLI::App& command, CommonOptions& options);
void add_json_option(CLI::App& command, CommonOptions& options);
/// Puts command lines that show the use, one a line, at the end of --help and into the manual page.
void add_examples(CLI::App& command, const std::string& examples);
constexpr std::int64_t kMostTokens = 1'000'000'000;  // of one sequence, in options

/// For numbers: CLI::Range and CLI::Number alone let "nan" pass.
CLI::Validator real_number();
/// Adds an option for a number from `least` to `most`, whose value so far is the default.
template <typename Number>
CLI::Option* add_number(CLI::App& command, const std::string& name, Number& value,
                        const std::string& description, std::type_identity_t<Number> least,
                        std::type_identity_t<Number> most) {
  CLI::Option* option = command.add_option(name, value, description);
  if (std::is_floating_point_v<Number>) option->check(real_number());
  return option->check(CLI::Range(least, most))->capture_default_str();
}
/// Adds an option for a text, which `kind` stands for in the help: "DIR", "FILE".
template <typename Text>
CLI::Option* add_text(CLI::App& command, const std::string& name, Text& value,
                      const std::string& kind, const std::string& description) {
  return command.add_option(name, value, description)->type_name(kind);
}
/// The same for one that may be given several times, a text each.
CLI::Option* add_texts(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                       const std::string& kind, const std::string& description);
/// For one of some words, which its description lists; what is near to one is told so.
CLI::Validator one_of(const std::vector<std::string>& words);
/// Adds an option for one of some words; the value so far, if there is one, is the default.
CLI::Option* add_choice(CLI::App& command, const std::string& name, std::string& value,
                        const std::vector<std::string>& words, const std::string& description);
/// Ends the program as the signal asked for, so that a shell script around us stops too.
void end_by_signal(int number);

}  // namespace roformer::cli
