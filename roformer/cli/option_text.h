// What help, manual page and shell completion say of one option, from CLI11's description of it.
#pragma once
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace roformer::cli {

/// The values that an option may have, in order; empty if they are not a small set of words.
std::vector<std::string> choices_of(const CLI::Option& option);

/// What stands for the value: "cls|mean|pooler", "N", "DIR"; empty for a flag.
std::string value_name(const CLI::Option& option);

/// The description with what else holds: required, default, what it needs and excludes.
std::string full_description(const CLI::Option& option);

/// The options of a command in their order; those that have a name, or the positional ones.
std::vector<const CLI::Option*> named_options(const CLI::App& command);
std::vector<const CLI::Option*> positional_options(const CLI::App& command);

/// The commands below one, in their order.
std::vector<const CLI::App*> commands_of(const CLI::App& command);

/// What each exit status means.
inline constexpr const char* kExitStatus =
    "0: done; 1: failed, standard error says why; 2: wrong usage.";

/// CLI11's help with our texts of options.
class HelpFormat : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_footer(const CLI::App* command) const override;
};

}  // namespace roformer::cli
