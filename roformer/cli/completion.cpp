// roformer completion: a script that completes commands, options and their values in bash.
#include <fmt/format.h>

#include <iostream>
#include <iterator>
#include <memory>

#include "roformer/cli/command.h"
#include "roformer/cli/option_text.h"

namespace roformer::cli {
namespace {

// `path` is the command that the words so far name; `before` the last word. What is not known here
// (COMPREPLY stays empty) is completed as a file.
constexpr const char* kBegin =
    R"(# Completion of {0} in bash; source it, or put it into bash-completion's folder.
_{0}()
{{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} path= words= i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$path ${{COMP_WORDS[i]}}" in
      {1}) path+=" ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$path $before" in
)";
constexpr const char* kMiddle = R"(  esac
  case "$path" in
)";
constexpr const char* kEnd = R"(  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _{0} {0}
)";

struct CompletionScript {
  std::vector<std::string> paths;
  std::string values;  // cases of "path option": what may follow the option
  std::string words;   // cases of "path": commands, options, values of arguments
};

std::vector<std::string> spellings(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  return names;
}

void add_values(CompletionScript& script, const CLI::Option& option, const std::string& path) {
  if (value_name(option).empty()) return;
  std::string patterns;
  for (const std::string& name : spellings(option))
    patterns += fmt::format("{}\"{} {}\"", patterns.empty() ? "" : " | ", path, name);
  const auto choices = choices_of(option);
  script.values +=
      fmt::format("    {}) {}return ;;\n", patterns,
                  choices.empty() ? ""
                                  : fmt::format("COMPREPLY=($(compgen -W \"{}\" -- \"$word\")); ",
                                                fmt::join(choices, " ")));
}

void add_command(CompletionScript& script, const CLI::App& command, const std::string& path) {
  std::vector<std::string> arguments, options;
  for (const CLI::App* child : commands_of(command)) arguments.push_back(child->get_name());
  for (const CLI::Option* option : positional_options(command)) {
    const auto choices = choices_of(*option);
    arguments.insert(arguments.end(), choices.begin(), choices.end());
  }
  for (const CLI::Option* option : named_options(command)) {
    add_values(script, *option, path);
    const auto names = spellings(*option);
    options.insert(options.end(), names.begin(), names.end());
  }
  // Words or options, as the word begins: a file is likelier than an option if there are no words.
  script.words += fmt::format("    \"{}\") words=\"{}\"; [[ $word == -* ]] && words=\"{}\" ;;\n",
                              path, fmt::join(arguments, " "), fmt::join(options, " "));
  for (const CLI::App* child : commands_of(command)) {
    script.paths.push_back(path + " " + child->get_name());
    add_command(script, *child, path + " " + child->get_name());
  }
}

std::string bash_completion(const CLI::App& program) {
  CompletionScript script;
  add_command(script, program, "");
  std::string patterns;
  for (const std::string& path : script.paths)
    patterns += fmt::format("{}\"{}\"", patterns.empty() ? "" : " | ", path);
  const std::string& name = program.get_name();
  return fmt::format(kBegin, name, patterns) + script.values + kMiddle + script.words +
         fmt::format(kEnd, name);
}

}  // namespace

void add_completion_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "completion", "A script that completes commands and options in a shell");
  const auto shell = std::make_shared<std::string>();
  command->add_option("shell", *shell, "the shell")->required()->check(one_of({"bash"}));
  add_examples(*command, "source <(roformer completion bash)");
  command->callback([&program] { std::cout << bash_completion(program); });
}

}  // namespace roformer::cli
