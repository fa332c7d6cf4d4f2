// roformer sweep: values of a recipe's keys tried out, the best chosen by held-out text.
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "roformer/base/log.h"
#include "roformer/base/shell_word.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/json_output.h"
#include "roformer/study/sweep_report.h"

namespace roformer::cli {
namespace {

constexpr const char* kSweepSays =
    R"(Every combination of the values is a point, every point is trained with each seed, each run as a
process of its own in a folder of its own in --out. The point is chosen by the validation part, the
mean over the seeds of its loss (of labelled rows: of F1, Spearman's correlation, accuracy, whatever
decides there), and reported on the test part, which nothing has looked at. A sweep that was stopped goes on where it was when the same command is given again; a wider grid
or more seeds in the same --out repeat no finished run. The figures do not depend on --jobs.)";

struct SweepCommandOptions {
  CommonOptions common;
  std::vector<std::string> grid;
  study::SweepOptions sweep;
};

// This program: another one that holds our commands stands beside it.
std::filesystem::path own_program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "roformer";
}

void sweep_command(SweepCommandOptions& options) {
  study::SweepOptions& sweep = options.sweep;
  for (const auto& axis : options.grid) sweep.grid.push_back(study::parse_axis(axis));
  apply(options.common);
  sweep.device = options.common.device;
  sweep.threads = options.common.threads;
  sweep.program = own_program();
  const auto result = study::run_sweep(sweep);
  if (result.signal != 0) {
    spdlog::info("stopped and saved; the same command goes on from there");
    end_by_signal(result.signal);
  }
  study::write_sweep(sweep, result);
  if (options.common.json) {
    std::cout << json_report(study::sweep_json(sweep, result), "figures") << '\n';
    return;
  }
  report::print_table(study::sweep_table(sweep, result));
  fmt::print("\n");
  for (const auto& note : study::sweep_notes(sweep, result)) fmt::print("{}\n", note);
  fmt::print("\nReport with the plots: {}\nFigures: {}\n", (sweep.out / "report.html").string(),
             (sweep.out / "sweep.json").string());
  fmt::print(stderr, "Next:\n  roformer compare {}\n  roformer evaluate --model {} --split test\n",
             base::shell_path(sweep.out),
             base::shell_path(result.points[result.chosen].runs.front()));
}

}  // namespace

void add_sweep_command(CLI::App& program) {
  auto options = std::make_shared<SweepCommandOptions>();
  CLI::App* command = program.add_subcommand(
      "sweep", "Values of a recipe's keys tried out: chosen by validation, reported on test");
  command->footer(kSweepSays);
  command->add_option("recipe", options->sweep.recipe, "a TOML file, or the name of one of ours")
      ->required();
  add_texts(*command, "--grid", options->grid, "KEY=VALUE,…",
            "a key of the recipe and its values, section.key=value,value; may be given several "
            "times")
      ->required();
  add_number(*command, "--seeds", options->sweep.seeds,
             "runs of each point, with the seeds 0, 1, …", 1, 100);
  add_changes_option(*command, options->sweep.changes);
  add_text(*command, "--out", options->sweep.out, "DIR",
           "folder of the runs, report.html and sweep.json")
      ->required();
  add_number(*command, "--jobs", options->sweep.jobs,
             "runs at once (default: as many as there are processors for)", 1, 4096)
      ->default_str("");
  add_text(*command, "--device", options->common.device, "DEVICE",
           "where to compute: cpu, cuda or cuda:N")
      ->capture_default_str();
  add_number(*command, "--threads", options->common.threads,
             "threads of each run (default: the recipe's run.threads, 1 where that is 0)", 1, 4096)
      ->default_str("");
  add_json_option(*command, options->common);
  add_examples(*command,
               "roformer sweep paper/figure3-left-roformer-tiny --grid "
               "optimizer.learning_rate=5e-4,1e-3,2e-3 --seeds 3 --out runs/rates\n"
               "roformer sweep recipe.toml --grid model.hidden_size=64,128 --grid "
               "optimizer.learning_rate=1e-3,3e-3 --set data.text=books/ --out runs/grid --jobs 2");
  command->callback([options] { sweep_command(*options); });
}

}  // namespace roformer::cli
