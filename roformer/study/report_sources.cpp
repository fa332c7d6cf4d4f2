#include "roformer/study/report_sources.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "roformer/base/shell_word.h"
#include "roformer/study/study_options.h"

namespace roformer::study {

bool trains(const std::string& study) {
  static const std::set<std::string> pictures = {
      "decay", "figure2", "frequency-norms", "linear-weights", "loss-by-position", "table3"};
  return !pictures.contains(study);
}

std::string reproduce_command(const std::string& study, const StudyOptions& options) {
  std::string command = fmt::format("roformer reproduce {}", study);
  if (trains(study)) {
    command += fmt::format(" --scale {}", options.scale);
    if (options.tune) command += " --tune";
    if (options.seeds != default_seeds(options.scale))
      command += fmt::format(" --seeds {}", options.seeds);
  }
  if (!options.only.empty())
    command += " --only " + base::shell_word(fmt::format("{}", fmt::join(options.only, ",")));
  for (const auto& model : options.models) command += " --model " + base::shell_path(model);
  if (!options.text.empty()) command += " --text " + base::shell_path(options.text);
  if (options.tokens != StudyOptions().tokens)
    command += fmt::format(" --tokens {}", options.tokens);
  if (options.times != StudyOptions().times) command += fmt::format(" --times {}", options.times);
  for (const auto& change : options.changes) command += " --set " + base::shell_word(change);
  if (options.device != "cpu") command += " --device " + base::shell_word(options.device);
  return command + " --out " + base::shell_path(options.out);
}

void add_sources(report::Page& page, const ReportSources& sources) {
  page.section("Made by").code(sources.command);
  for (const auto& [name, folder] : sources.runs)
    page.links(name, {{"model folder", folder},
                      {"recipe", folder / "recipe.toml"},
                      {"metrics", folder / "metrics.jsonl"},
                      {"report", folder / "report.html"}});
}

}  // namespace roformer::study
