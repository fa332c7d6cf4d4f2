// roformer train: from a recipe to a trained model.
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "roformer/base/allocator.h"
#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/next_steps.h"
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

// Without a name a run goes on by the recipe that it keeps.
std::filesystem::path recipe_of(const TrainOptions& options) {
  if (!options.recipe.empty()) return task::find_recipe(options.recipe);
  const auto own = std::filesystem::path(options.out) / "recipe.toml";
  base::require(
      options.resume && std::filesystem::exists(own),
      "[cli] expected the name or file of a recipe, or --resume with a run in {} that has "
      "one",
      options.out);
  return own;
}

// ", changed by hand: model.checkpoint=DIR".
std::string changes_in_words(const TrainOptions& options) {
  if (options.changes.empty()) return {};
  return fmt::format(", changed by hand: {}", fmt::join(options.changes, ", "));
}

void say_what_is_trained(const task::Recipe& recipe, const TrainOptions& options) {
  spdlog::info("recipe {}{}; whole, with its defaults, in {}", recipe.path.string(),
               changes_in_words(options),
               (std::filesystem::path(options.out) / "recipe.toml").string());
  spdlog::info("{} threads", at::get_num_threads());
}

void train_command(TrainOptions& options) {
  const auto path = recipe_of(options);
  const task::Recipe recipe = task::read_recipe(path, options.changes);
  if (options.common.threads == 0) options.common.threads = static_cast<int>(recipe.threads);
  const c10::Device device = apply(options.common);
  base::keep_freed_memory();
  base::limit_kept_products();
  train::RunFolder folder(options.out, options.resume);
  say_what_is_trained(recipe, options);
  const auto outcome = task::run_training(recipe, *task::open_material(recipe), folder, device);
  if (outcome.signal != 0) {
    spdlog::info("stopped and saved at step {}; the same command with --resume goes on from there",
                 outcome.step);
    end_by_signal(outcome.signal);
  }
  print_next_steps(recipe.task, options.out);
  fmt::print("{}\n", options.out);
}

}  // namespace

void add_train_command(CLI::App& program) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* command = program.add_subcommand("train", "Train a model as a recipe says");
  command->add_option(
      "recipe", options->recipe,
      "a TOML file, or the name of one of ours (default with --resume: the one that "
      "the run in --out keeps): " +
          fmt::format("{}", fmt::join(task::recipe_names(), ", ")));
  add_changes_option(*command, options->changes);
  add_text(*command, "--out", options->out, "DIR",
           "folder of the run: checkpoint, metrics.jsonl, report.html, TensorBoard events")
      ->required();
  command->add_flag("--resume", options->resume,
                    "go on with the run in --out (or start it, if there is none); with --set "
                    "stage.0.steps=N it is extended");
  add_device_options(*command, options->common);
  add_examples(*command,
               "roformer train paper/figure3-left-roformer-small --out runs/roformer --set "
               "data.text=books/\n"
               "roformer train paper/figure3-right-performer-rope-small --out runs/performer\n"
               "roformer train translation-tiny --out runs/nmt\n"
               "roformer train --out runs/roformer --resume --set stage.0.steps=2000\n"
               "roformer train recipe.toml --out runs/mine --set model.checkpoint=DIR");
  command->callback([options] { train_command(*options); });
}

}  // namespace roformer::cli
