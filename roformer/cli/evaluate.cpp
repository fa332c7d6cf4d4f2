// roformer evaluate: a model's figures on the held-out data of a recipe.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>

#include "roformer/base/error.h"
#include "roformer/base/hub_name.h"
#include "roformer/base/log.h"
#include "roformer/base/toml_table.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/cli/computing.h"
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
a word piece), negative_log_likelihood, perplexity, accuracy, and bleu of the recipe's beam search.
Labelled rows: loss, and of classes accuracy, f1, matthews_correlation; of numbers pearson, spearman;
of tags accuracy, precision, recall and f1 of entities; of questions exact_match, f1; of choices
accuracy; of rankings pair_accuracy, mean_reciprocal_rank. Sentence encoders: pearson and spearman of
cosines and labels; without labels loss, and retrieval_accuracy of pairs.)";

struct EvaluateOptions {
  CommonOptions common;
  std::string recipe, model;
  std::string split = "validation";
  std::vector<std::string> changes, data;
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

// The folder that holds the model, whose own weights alone are evaluated.
std::filesystem::path model_folder(const std::filesystem::path& path) {
  const std::filesystem::path folder = checkpoint::folder_of_own(path);
  base::require(std::filesystem::exists(folder),
                "[cli] expected a checkpoint folder at {} but there is none{}", path.string(),
                base::hub_hint(path));
  return folder;
}

std::filesystem::path recipe_of(const EvaluateOptions& options,
                                const std::filesystem::path& model) {
  const std::filesystem::path own = task::own_recipe(model);
  base::require(!own.empty() || !options.recipe.empty(),
                "[cli] expected a recipe: there is no recipe.toml in {} or above it",
                options.model);
  if (options.recipe.empty()) return own;
  const std::filesystem::path given = task::find_recipe(options.recipe);
  if (!own.empty() && !std::filesystem::equivalent(given, own))
    spdlog::info(
        "by the text and the options of {}; without a recipe it is {}, which the model was "
        "trained by",
        given.string(), own.string());
  return given;
}

// A run keeps its recipe with every default. One that names no test part learned from text that
// today's default would put there.
void require_test_part(const std::filesystem::path& recipe, const EvaluateOptions& options) {
  const auto data = base::TomlTable::parse_file(recipe, options.changes).table("data");
  const auto keys = {"test_share", "test_text", "test_source", "test"};  // of all kinds
  base::require(
      std::any_of(keys.begin(), keys.end(), [&](const char* key) { return data.has(key); }),
      "[cli] {}: expected a run that kept a test part from training (data.test_share) "
      "but its recipe names none: --set data.test_text=FILES (of labelled "
      "rows data.test=FILES) gives text that the model has not seen",
      recipe.string());
}

// A recipe of labelled files may say no more than what is learned and in which columns it stands:
// the model is the folder's, and a stage is as good as another where nothing is learned.
std::vector<std::string> with_what_lacks(const std::filesystem::path& recipe,
                                         std::vector<std::string> changes,
                                         const std::filesystem::path& model) {
  const auto root = base::TomlTable::parse_file(recipe, changes);
  if (!root.has("model"))
    changes.push_back("model.checkpoint=" + std::filesystem::absolute(model).string());
  if (!root.has("stage")) changes.emplace_back("stage=[{batch_size = 1, steps = 1}]");
  return changes;
}

train::Metrics figures_of_files(const EvaluateOptions& options, const std::filesystem::path& recipe,
                                const std::filesystem::path& model, c10::Device device) {
  const auto changes = with_what_lacks(recipe, options.changes, model);
  return task::evaluate_files(task::read_recipe(recipe, changes), options.data, model, device,
                              compute_type_of(options.common, device));
}

train::Metrics figures_of_split(const EvaluateOptions& options, const std::filesystem::path& recipe,
                                const std::filesystem::path& model, c10::Device device) {
  const data::Split split = kSplits.at(options.split);
  if (split == data::Split::test && options.recipe.empty()) require_test_part(recipe, options);
  const task::Recipe read = task::read_recipe(recipe, options.changes);
  if (read.evaluation.sequences > 0)
    spdlog::info("figures of at most {} sequences; --set evaluate.sequences=0 takes all of them",
                 read.evaluation.sequences);
  return task::evaluate_model(read, model, split, device, compute_type_of(options.common, device));
}

void evaluate(const EvaluateOptions& options) {
  const c10::Device device = apply(options.common);
  const std::filesystem::path model = model_folder(options.model);
  const std::filesystem::path path = recipe_of(options, model);
  const auto figures = options.data.empty() ? figures_of_split(options, path, model, device)
                                            : figures_of_files(options, path, model, device);
  options.common.json ? print_json(figures) : print_plain(figures);
}

}  // namespace

void add_evaluate_command(CLI::App& program) {
  auto options = std::make_shared<EvaluateOptions>();
  CLI::App* command =
      program.add_subcommand("evaluate", "Figures of a model on the held-out data of a recipe");
  command->footer(kFigures);
  command->add_option(
      "recipe", options->recipe,
      "a TOML file, or the name of one of ours (default: the one that the model was "
      "trained by, recipe.toml of the run's folder)");
  add_model_option(*command, options->model);
  add_changes_option(*command, options->changes);
  add_choice(*command, "--split", options->split, {"validation", "test"},
             "which held-out part of the text: validation, which training is watched and the best "
             "checkpoint chosen by, or test, which nothing has looked at");
  add_texts(
      *command, "--data", options->data, "FILE",
      "a labelled file to evaluate on in the place of the recipe's, none of which is read then: "
      "the columns are the recipe's, the labels the model's; may be given several times")
      ->excludes("--split");
  add_answer_options(*command, options->common);
  add_json_option(*command, options->common);
  add_examples(*command,
               "roformer evaluate --model runs/roformer --json\n"
               "roformer evaluate --model runs/roformer --split test\n"
               "roformer evaluate --model runs/roformer --compute-type int8\n"
               "roformer evaluate --model runs/films --data films.csv --set data.label=grade\n"
               "roformer evaluate paper/figure3-right-performer-rope-small --model runs/performer "
               "--split test --set evaluate.sequences=0");
  command->callback([options] { evaluate(*options); });
}

}  // namespace roformer::cli
