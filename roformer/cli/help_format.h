// How --help looks: wrapped lines, defaults, examples and exit status at the end.
#pragma once
#include <CLI/CLI.hpp>

#include <string>

namespace roformer::cli {

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
