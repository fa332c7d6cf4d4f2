#include "roformer/cli/command.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <utility>

#include "roformer/base/nearest_name.h"

namespace roformer::cli {

void add_model_option(CLI::App& command, std::string& model) {
  add_text(command, "--model", model, "DIR",
           "checkpoint folder, or a file of weights beside its config.json")
      ->required();
}

void add_changes_option(CLI::App& command, std::vector<std::string>& changes) {
  add_texts(command, "--set", changes, "KEY=VALUE",
            "change a key of the recipe: section.key=value; may be given several times");
}

void add_device_options(CLI::App& command, CommonOptions& options) {
  add_text(command, "--device", options.device, "DEVICE", "where to compute: cpu, cuda or cuda:N")
      ->capture_default_str();
  add_number(command, "--threads", options.threads,
             "threads to compute with (default: as many as the machine has)", 0, 4096)
      ->default_str("");
}

void add_json_option(CLI::App& command, CommonOptions& options) {
  command.add_flag("--json", options.json, "print JSON, one object a line");
}

void add_examples(CLI::App& command, const std::string& examples) {
  std::string footer = command.get_footer();
  if (!footer.empty()) footer += "\n\n";
  footer += "Examples:";
  for (const std::string& line : CLI::detail::split(examples, '\n')) footer += "\n  " + line;
  command.footer(footer);
}

CLI::Option* add_texts(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                       const std::string& kind, const std::string& description) {
  return add_text(command, name, values, kind, description)->allow_extra_args(false);
}

CLI::Validator one_of(const std::vector<std::string>& words) {
  const auto check = [words](const std::string& text) {
    const bool known = std::find(words.begin(), words.end(), text) != words.end();
    return known ? std::string()
                 : fmt::format("expected one of {} but got {}{}", fmt::join(words, ", "), text,
                               base::did_you_mean(text, words));
  };
  return {check, fmt::format("{{{}}}", fmt::join(words, ","))};
}

CLI::Option* add_choice(CLI::App& command, const std::string& name, std::string& value,
                        const std::vector<std::string>& words, const std::string& description) {
  return command.add_option(name, value, description)->check(one_of(words))->capture_default_str();
}

CLI::Validator real_number() {
  return CLI::Validator(
      [](const std::string& text) {
        double number = 0;
        const bool real = CLI::detail::lexical_cast(text, number) && std::isfinite(number);
        return real ? std::string() : fmt::format("expected a number but got {}", text);
      },
      "");
}

void end_by_signal(int number) {
  std::fflush(nullptr);
  std::signal(number, SIG_DFL);
  std::raise(number);
}

}  // namespace roformer::cli
