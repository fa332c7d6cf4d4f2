#include "roformer/cli/option_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace roformer::cli {
namespace {

// Names in the order of the alphabet: CLI11 keeps the options by their addresses.
std::string names_of(const std::set<CLI::Option*>& options) {
  std::set<std::string> names;
  for (const CLI::Option* option : options) names.insert(option->get_name());
  return fmt::format("{}", fmt::join(names, ", "));
}

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

std::vector<std::string> choices_of(const CLI::Option& option) {
  // "TEXT:{cls,mean,pooler}" of one_of, "TEXT:value in {none->0,all->1} OR {0,1}" of a transformer.
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}');
  if (open == type.npos || close == type.npos || close < open) return {};
  std::vector<std::string> choices;
  for (std::string choice : CLI::detail::split(type.substr(open + 1, close - open - 1), ',')) {
    choice.erase(std::min(choice.find("->"), choice.size()));
    choices.push_back(CLI::detail::trim(choice));
  }
  return choices;
}

std::string value_name(const CLI::Option& option) {
  if (option.get_type_size() == 0) return "";
  const auto choices = choices_of(option);
  if (!choices.empty()) return fmt::format("{}", fmt::join(choices, "|"));
  const std::string type = option.get_type_name();
  const std::string name = type.substr(0, type.find(':'));
  if (name == "INT" || name == "UINT") return "N";
  return name == "FLOAT" ? "X" : name;
}

std::string full_description(const CLI::Option& option) {
  std::string text = option.get_description();
  if (option.get_required()) text += " (required)";
  const std::string value = option.get_default_str();
  if (!value.empty()) text += fmt::format(" (default: {})", value);
  if (!option.get_needs().empty()) text += "; needs " + names_of(option.get_needs());
  if (!option.get_excludes().empty()) text += "; not with " + names_of(option.get_excludes());
  return text;
}

std::vector<const CLI::Option*> named_options(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) {
    return !option->get_positional() && !option->get_group().empty();
  });
}

std::vector<const CLI::Option*> positional_options(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::vector<const CLI::App*> commands_of(const CLI::App& command) {
  return command.get_subcommands([](const CLI::App* child) { return !child->get_name().empty(); });
}

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
