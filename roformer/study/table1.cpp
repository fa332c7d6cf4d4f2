#include "roformer/study/table1.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <string_view>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/study/table1_report.h"
#include "roformer/study/translated_tests.h"
#include "roformer/task/recipe_path.h"
#include "roformer/task/translation_task.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;

const Side rotary_side = {"roformer", "RoFormer"};
const Side sinusoidal_side = {"transformer", "Transformer"};

constexpr const char* text_keys[] = {"data.source",
                                     "data.target",
                                     "data.pairs",
                                     "data.validation_source",
                                     "data.validation_target",
                                     "data.test_source",
                                     "data.test_target"};

bool names_text(const std::vector<std::string>& changes) {
  for (const auto& change : changes) {
    for (const char* key : text_keys)
      if (change.starts_with(fmt::format("{}=", key))) return true;
  }
  return false;
}

// A file that the recipe names and that is not there; none: all are.
std::optional<std::string> missing_file(parallel::ParallelOptions options) {
  std::optional<std::string> missing;
  parallel::for_each_file_list(options, [&](const std::vector<std::string>& files) {
    for (const auto& file : files)
      if (file != "apt" && !fs::exists(file)) missing = file;
  });
  return missing;
}

// Every Debian and Ubuntu machine has pairs to learn from, its package descriptions. They stand in
// for the recipe's own text alone: what the user names must be there.
StudyOptions with_text_at_hand(StudyOptions options) {
  if (options.scale != "tiny" || names_text(options.changes)) return options;
  const auto recipe =
      task::read_recipe(task::find_recipe("paper/table1-roformer-tiny"), options.changes);
  const auto missing = missing_file(task::options_of<task::TranslationOptions>(recipe).parallel);
  if (!missing) return options;
  spdlog::warn(
      "table1: there is no {}; apt's English and German package descriptions take the place of the "
      "recipe's text",
      *missing);
  for (const char* key : text_keys) {
    const std::string_view name = key;
    if (name == "data.pairs") continue;
    options.changes.push_back(fmt::format("{}={}", name, name == "data.source" ? "apt" : "[]"));
  }
  return options;
}

// Before hours of training, not behind them.
void require_kept_models(const task::Recipe& recipe) {
  base::require(recipe.training.keep_last > 1,
                "[study] {}: expected checkpoint.keep_last of 2 or more, whose mean is scored, but "
                "got {}",
                recipe.path.string(), recipe.training.keep_last);
}

}  // namespace

int reproduce_table1(const StudyOptions& given) {
  const PairedRuns pair("table1", rotary_side, sinusoidal_side, with_text_at_hand(given));
  require_kept_models(pair.recipe());
  const auto material = task::open_material(pair.recipe());
  auto sets = test_sets(pair.recipe(), *material);
  if (const int signal = pair.train(*material); signal != 0) return signal;
  const Table1Result result = gather_table1(pair, *material, std::move(sets));
  print_table1(pair, result);
  write_table1(pair, result, pair.options().out / "report.html");
  return 0;
}

}  // namespace roformer::study
