// roformer average: the mean of several checkpoints as a new one.
#include "roformer/convert/average.h"

#include <memory>
#include <string>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/cli/command.h"
#include "roformer/train/run_folder.h"

namespace roformer::cli {
namespace {

struct AverageOptions {
  std::vector<std::string> folders;
  std::string out;
  std::int64_t last = 0;
  bool force = false;
};

std::vector<std::filesystem::path> folders_of(const AverageOptions& options) {
  if (options.last == 0) return {options.folders.begin(), options.folders.end()};
  base::require(options.folders.size() == 1,
                "[cli] expected one run's folder with --last but got {} folders",
                options.folders.size());
  return train::last_models(options.folders.front(), options.last);
}

void average(const AverageOptions& options) {
  const auto folders = folders_of(options);
  for (const auto& folder : folders) spdlog::info("average: {}", folder.string());
  convert::average(folders, options.out, options.force);
}

}  // namespace

void add_average_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "average", "The mean of the weights of several checkpoints, as a new checkpoint");
  command->footer(
      "Checkpoints of one run, the last five or ten of a translation model say, are better "
      "together\n"
      "than each alone. A run keeps as many models as its recipe says (checkpoint.keep_last), in\n"
      "checkpoints/step-N of its folder.");
  const auto options = std::make_shared<AverageOptions>();
  command
      ->add_option("folders", options->folders,
                   "checkpoint folders, or weights files in theirs; with --last one run's")
      ->required()
      ->type_name("DIR…");
  add_text(*command, "--out", options->out, "DIR", "folder to write")->required();
  add_number(*command, "--last", options->last,
             "the last N models that the run has kept (default: the folders given)", 1, 100'000)
      ->default_str("");
  command->add_flag("--force", options->force, "replace the checkpoint that is there");
  add_examples(*command,
               "roformer average runs/nmt --last 5 --out runs/nmt-average\n"
               "roformer average DIR1 DIR2 DIR3 --out DIR");
  command->callback([options] { average(*options); });
}

}  // namespace roformer::cli
