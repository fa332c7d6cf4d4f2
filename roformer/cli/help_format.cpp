#include "roformer/cli/help_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "roformer/cli/option_text.h"

namespace roformer::cli {
namespace {

constexpr std::size_t kHelpWidth = 100;

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// Breaks between words so that no line is longer than `width`, if it can be.
std::string wrapped(const std::string& text, std::size_t width) {
  std::istringstream words(text);
  std::string word, result;
  std::size_t column = 0;
  while (words >> word) {
    const std::size_t size = characters(word);
    if (column > 0 && column + 1 + size > width) {
      result += '\n';
      column = 0;
    } else if (column > 0) {
      result += ' ';
      ++column;
    }
    result += word;
    column += size;
  }
  return result;
}

}  // namespace

std::string HelpFormat::make_option_opts(const CLI::Option* option) const {
  const std::string value = value_name(*option);
  // A positional argument's name says what it is; of its values only a choice is news.
  if (value.empty() || (option->get_positional() && choices_of(*option).empty())) return "";
  return " " + value;
}

std::string HelpFormat::make_option_desc(const CLI::Option* option) const {
  return wrapped(full_description(*option), kHelpWidth - get_column_width());
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
  std::ostringstream out;
  CLI::detail::format_help(out, command->get_name(),
                           wrapped(command->get_description(), kHelpWidth - get_column_width()),
                           get_column_width());
  return out.str();
}

std::string HelpFormat::make_footer(const CLI::App* command) const {
  const std::string footer = command->get_footer();
  const char* gap = footer.empty() ? "" : "\n\n";
  return fmt::format("{}{}Exit status:\n  {}\n", footer, gap, kExitStatus);
}

}  // namespace roformer::cli
