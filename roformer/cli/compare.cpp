// roformer compare: any runs beside each other.
#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <optional>

#include "roformer/base/shell_word.h"
#include "roformer/cli/command.h"
#include "roformer/cli/json_output.h"
#include "roformer/study/run_comparison.h"

namespace roformer::cli {
namespace {

struct CompareOptions {
  CommonOptions common;
  std::vector<std::string> runs;
  std::string out = "compare";
};

std::string command_of(const CompareOptions& options) {
  std::string command = "roformer compare";
  for (const auto& run : options.runs) command += " " + base::shell_path(run);
  return command + " --out " + base::shell_path(options.out);
}

nlohmann::ordered_json json_of(const std::optional<metric::SeedDifference>& difference) {
  nlohmann::ordered_json json = {{"pairs", difference ? difference->mean.seeds : 0}};
  if (!difference) return json;
  json["mean"] = difference->mean.mean;
  if (const auto interval = difference->mean.interval()) {
    json["interval_95"] = {interval->lower, interval->upper};
    json["p_value"] = difference->p_value;
  }
  return json;
}

nlohmann::ordered_json json_of(const study::RunComparison& comparison) {
  auto models = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < comparison.groups.size(); ++i) {
    auto& model = models.emplace_back();
    model["name"] = comparison.groups[i].name;
    for (const auto& [seed, run] : comparison.groups[i].runs)
      model["runs"].push_back({{"seed", seed}, {"folder", run.string()}});
    for (std::size_t figure = 0; figure < comparison.figures.size(); ++figure) {
      auto& values = model["figures"][comparison.figures[figure]];
      for (const auto& [seed, value] : comparison.values[i][figure]) values.push_back(value);
    }
    if (i == 0) continue;
    model["loss_less_first"] = json_of(study::difference_to_first(comparison, i, 0));
  }
  return {{"step", comparison.step}, {"models", models}, {"notes", comparison.notes}};
}

void compare_command(const CompareOptions& options) {
  const auto comparison =
      study::compare_runs(study::find_runs({options.runs.begin(), options.runs.end()}));
  study::write_comparison(comparison, options.out, command_of(options));
  if (options.common.json) {
    std::cout << json_report(json_of(comparison), "figures") << '\n';
    return;
  }
  for (const auto& note : comparison.notes) fmt::print("{}\n", note);
  report::print_table(study::comparison_table(comparison));
  for (const auto& line : study::comparison_verdicts(comparison)) fmt::print("{}\n", line);
  fmt::print("\nReport with the curves: {}/report.html\n", options.out);
}

}  // namespace

void add_compare_command(CLI::App& program) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = program.add_subcommand(
      "compare", "Training runs beside each other: figures, curves, paired differences");
  command->footer(
      "Runs that differ in nothing but the seed are one model, shown as mean and half of its 95 %\n"
      "interval (Student's t). Differences are to the first model, between runs of the same seed,\n"
      "with interval and two-sided p of the paired t test; one seed has neither.");
  command
      ->add_option("runs", options->runs,
                   "folders of runs (train --out), or folders that hold some")
      ->required();
  add_text(*command, "--out", options->out, "DIR", "folder of the report")->capture_default_str();
  add_json_option(*command, options->common);
  add_examples(*command,
               "roformer compare runs/rotary runs/learned\n"
               "roformer compare runs/rotary-seed* runs/learned-seed* --out runs/comparison");
  command->callback([options] { compare_command(*options); });
}

}  // namespace roformer::cli
