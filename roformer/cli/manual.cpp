// roformer manual: the manual page (man 7 man), made from the same descriptions as --help.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <memory>

#include "roformer/cli/command.h"
#include "roformer/cli/option_text.h"
#include "roformer/task/recipe_keys.h"

namespace roformer::cli {
namespace {

constexpr const char* kConventions =
    "Commands that read text take one item a line from standard input and answer on standard "
    "output, in the order of the lines; with --json each answer is one JSON object a line. "
    "Messages and progress go to standard error. DIR is a checkpoint folder of Hugging Face's "
    "form: config.json, weights, and a vocabulary (vocab.txt or tokenizer.json).";

struct Variable {
  const char* name;
  const char* meaning;
};

constexpr Variable kEnvironment[] = {
    {"ROFORMER_ISA",
     "the instruction set of our kernels: baseline, avx2 or avx512 (default: the best that the "
     "processor has)"},
    {"ROFORMER_RECIPES", "a folder of recipes that is searched before ours"},
    {"OMP_NUM_THREADS", "threads to compute with, where --threads is not given"},
};

// Text that roff takes as it is.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      out += c;
    }
    line_begins = c == '\n';
  }
  return out;
}

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string option_entry(const CLI::Option& option) {
  const std::string value = value_name(option);
  const bool shown = !value.empty() && !option.get_positional();
  const std::string name = CLI::detail::find_and_replace(
      option.get_positional() ? option.get_name(true, false) : option.get_name(false, true), ",",
      ", ");
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", roff(name),
                     shown ? fmt::format(" \\fI{}\\fR", roff(value)) : "",
                     roff(full_description(option)));
}

std::string usage(const CLI::App& command, const std::string& path) {
  std::string text = path + " [OPTIONS]";
  for (const CLI::Option* option : positional_options(command)) {
    const std::string name = upper_case(option->get_name(true, false));
    text += option->get_required() ? " " + name : " [" + name + "]";
  }
  return text;
}

void append_command(std::string& page, const CLI::App& command, const std::string& path) {
  const auto children = commands_of(command);
  if (children.empty()) {
    page += fmt::format(".SS \"{}\"\n{}.\n", roff(usage(command, path)),
                        roff(command.get_description()));
    for (const CLI::Option* option : positional_options(command)) page += option_entry(*option);
    for (const CLI::Option* option : named_options(command)) page += option_entry(*option);
    if (!command.get_footer().empty())
      page += fmt::format(".PP\n.EX\n{}\n.EE\n", roff(command.get_footer()));
  }
  for (const CLI::App* child : children)
    append_command(page, *child, path + " " + child->get_name());
}

std::string manual(const CLI::App& program) {
  std::string page =
      fmt::format(".TH ROFORMER 1 \"\" \"{}\" \"User Commands\"\n", program.version());
  page += fmt::format(".SH NAME\n{} \\- {}\n", program.get_name(), roff(program.get_description()));
  page += fmt::format(".SH SYNOPSIS\n.B {}\n.I COMMAND\n[\\fIOPTIONS\\fR]\n", program.get_name());
  page += fmt::format(".SH DESCRIPTION\n{}\n.SH COMMANDS\n", roff(kConventions));
  append_command(page, program, program.get_name());
  page += fmt::format(".SH EXIT STATUS\n{}\n.SH ENVIRONMENT\n", roff(kExitStatus));
  for (const auto& [name, meaning] : kEnvironment)
    page += fmt::format(".TP\n\\fB{}\\fR\n{}\n", name, roff(meaning));
  return page;
}

}  // namespace

void add_manual_command(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("manual", "The manual page of all commands, for man (roff)");
  auto recipe_keys = std::make_shared<bool>(false);
  command->add_flag("--recipe-keys", *recipe_keys,
                    "print every key of a recipe instead, with default and meaning (Markdown)");
  add_examples(*command,
               "roformer manual | man -l -\n"
               "roformer manual --recipe-keys | less");
  command->callback([&program, recipe_keys] {
    std::cout << (*recipe_keys ? task::recipe_keys_page() : manual(program));
  });
}

}  // namespace roformer::cli
