#include "roformer/study/report_sources.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "roformer/base/shell_word.h"
#include "roformer/study/paired_runs.h"

namespace roformer::study {

std::string reproduce_command(const std::string& study, const StudyOptions& options) {
  std::string command = fmt::format("roformer reproduce {}", study);
  if (study != "figure2") command += fmt::format(" --scale {}", options.scale);
  if (options.seeds > 1) command += fmt::format(" --seeds {}", options.seeds);
  if (!options.only.empty())
    command += " --only " + base::shell_word(fmt::format("{}", fmt::join(options.only, ",")));
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
