// roformer evaluate: a model's figures on the held-out data of a recipe.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "roformer/checkpoint/load.h"
#include "roformer/cli/command.h"
#include "roformer/report/table.h"
#include "roformer/task/masked_language_task.h"
#include "roformer/task/recipe_path.h"
#include "roformer/task/run_training.h"

namespace roformer::cli {
namespace {

struct EvaluateOptions {
  CommonOptions common;
  std::string recipe, model;
  std::vector<std::string> changes;
};

nlohmann::ordered_json evaluate(const EvaluateOptions& options) {
  task::Recipe recipe = task::read_recipe(task::find_recipe(options.recipe), options.changes);
  recipe.data.vocabulary = options.model;  // the held-out text, in the model's own words
  const auto loaded = checkpoint::load_model<model::MaskedLanguageModel>(options.model);
  base::require(
      loaded.report.missing.empty(),
      "[evaluate] expected a masked language model in {} but these weights are missing: {}",
      options.model, fmt::join(loaded.report.missing, ", "));
  task::MaskedLanguageTask task(recipe, task::open_corpus(recipe), loaded.module,
                                torch::Device(options.common.device));
  nlohmann::ordered_json figures;
  for (const auto& [name, value] : task.evaluate()) figures[name] = value;
  figures["perplexity"] = std::exp(figures["loss"].get<double>());
  const auto guess = task::guess_accuracy(recipe, task.source());
  figures["accuracy_of_most_frequent_word"] = guess.most_frequent;
  figures["accuracy_of_both_neighbours_guess"] = guess.neighbours;
  return figures;
}

void evaluate_command(const EvaluateOptions& options) {
  apply(options.common);
  const auto figures = evaluate(options);
  if (options.common.json) {
    fmt::print("{}\n", figures.dump());
    return;
  }
  report::Table table;
  table.columns = {"figure", "value"};
  for (const auto& [name, value] : figures.items()) {
    table.rows.push_back({name, fmt::format("{:.4f}", value.get<double>())});
  }
  report::print_table(table);
}

}  // namespace

void add_evaluate_command(CLI::App& program) {
  auto options = std::make_shared<EvaluateOptions>();
  CLI::App* command =
      program.add_subcommand("evaluate", "Figures of a model on the held-out data of a recipe");
  command->add_option("recipe", options->recipe, "a TOML file, or the name of one of ours")
      ->required();
  command->add_option("--model", options->model, "checkpoint folder")->required()->type_name("DIR");
  command
      ->add_option("--set", options->changes,
                   "change a key of the recipe: section.key=value; may be given several times")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  add_device_options(*command, options->common);
  add_json_option(*command, options->common);
  add_examples(*command,
               "roformer evaluate paper/figure3-left-roformer-small --model runs/roformer --json");
  command->callback([options] { evaluate_command(*options); });
}

}  // namespace roformer::cli
