// roformer evaluate: a model's figures on the held-out data of a recipe.
#include <fmt/format.h>

#include <iostream>
#include <map>
#include <memory>

#include "roformer/cli/command.h"
#include "roformer/cli/json_output.h"
#include "roformer/report/table.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"

namespace roformer::cli {
namespace {

constexpr const char* kFigures =
    R"(Masked language models: loss (nats a masked word), accuracy, perplexity, and the accuracy of
two guesses by counting. Causal ones: loss (nats a token), accuracy, and perplexity or, of
bytes, bits_per_character (loss / ln 2; a character is a byte). Translation: loss (smoothed, nats
a word piece), negative_log_likelihood, perplexity, accuracy, and bleu of the recipe's beam search.)";

struct EvaluateOptions {
  CommonOptions common;
  std::string recipe, model;
  std::string split = "validation";
  std::vector<std::string> changes;
};

const std::map<std::string, data::Split> kSplits = {{"validation", data::Split::validation},
                                                    {"test", data::Split::test}};

void print_json(const train::Metrics& figures) {
  nlohmann::ordered_json json;
  for (const auto& [name, value] : figures) json[name] = value;
  std::cout << json_report(json, "figures") << '\n';
}

void print_plain(const train::Metrics& figures) {
  report::Table table;
  table.columns = {"figure", "value"};
  for (const auto& [name, value] : figures)
    table.rows.push_back({name, fmt::format("{:.4f}", value)});
  report::print_table(table);
}

void evaluate(const EvaluateOptions& options) {
  const c10::Device device = apply(options.common);
  const task::Recipe recipe = task::read_recipe(task::find_recipe(options.recipe), options.changes);
  const auto figures =
      task::evaluate_model(recipe, options.model, kSplits.at(options.split), device);
  options.common.json ? print_json(figures) : print_plain(figures);
}

}  // namespace

void add_evaluate_command(CLI::App& program) {
  auto options = std::make_shared<EvaluateOptions>();
  CLI::App* command =
      program.add_subcommand("evaluate", "Figures of a model on the held-out data of a recipe");
  command->footer(kFigures);
  command->add_option("recipe", options->recipe, "a TOML file, or the name of one of ours")
      ->required();
  add_model_option(*command, options->model);
  add_changes_option(*command, options->changes);
  add_choice(*command, "--split", options->split, {"validation", "test"},
             "which held-out part of the text; test only of data.vocabulary = \"bytes\" and "
             "translation");
  add_device_options(*command, options->common);
  add_json_option(*command, options->common);
  add_examples(*command,
               "roformer evaluate paper/figure3-left-roformer-small --model runs/roformer --json\n"
               "roformer evaluate paper/figure3-right-performer-rope-small --model runs/performer "
               "--split test --set evaluate.sequences=0");
  command->callback([options] { evaluate(*options); });
}

}  // namespace roformer::cli
