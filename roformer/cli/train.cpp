// roformer train: from a recipe to a trained model.
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <memory>

#include "roformer/base/allocator.h"
#include "roformer/base/log.h"
#include "roformer/cli/command.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"

namespace roformer::cli {
namespace {

struct TrainOptions {
  CommonOptions common;
  std::string recipe, out;
  std::vector<std::string> changes;
  bool resume = false;
};

void train_command(TrainOptions& options) {
  const auto path = task::find_recipe(options.recipe);
  const task::Recipe recipe = task::read_recipe(path, options.changes);
  if (options.common.threads == 0) options.common.threads = static_cast<int>(recipe.threads);
  const c10::Device device = apply(options.common);
  base::keep_freed_memory();
  base::limit_kept_products();
  train::RunFolder folder(options.out, options.resume);
  fmt::print(stderr, "# {}\n{}\n", path.string(), recipe.resolved.to_toml());
  spdlog::info("{} threads", at::get_num_threads());
  const auto outcome = task::run_training(recipe, *task::open_material(recipe), folder, device);
  if (outcome.signal != 0) {
    spdlog::info("stopped and saved at step {}; the same command with --resume goes on from there",
                 outcome.step);
    end_by_signal(outcome.signal);
  }
  fmt::print("{}\n", options.out);
}

}  // namespace

void add_train_command(CLI::App& program) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* command = program.add_subcommand("train", "Train a model as a recipe says");
  command
      ->add_option("recipe", options->recipe,
                   "a TOML file, or the name of one of ours: " +
                       fmt::format("{}", fmt::join(task::recipe_names(), ", ")))
      ->required();
  add_changes_option(*command, options->changes);
  add_text(*command, "--out", options->out, "DIR",
           "folder of the run: checkpoint, metrics.jsonl, report.html, TensorBoard events")
      ->required();
  command->add_flag("--resume", options->resume,
                    "go on with the run in --out (or start it, if there is none)");
  add_device_options(*command, options->common);
  add_examples(*command,
               "roformer train paper/figure3-left-roformer-small --out runs/roformer --set "
               "data.text=books/\n"
               "roformer train paper/figure3-right-performer-rope-small --out runs/performer\n"
               "roformer train translation-tiny --out runs/nmt\n"
               "roformer train recipe.toml --out runs/mine --set stage.0.steps=2000 --resume");
  command->callback([options] { train_command(*options); });
}

}  // namespace roformer::cli
