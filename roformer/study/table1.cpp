#include "roformer/study/table1.h"

#include <fmt/format.h>

#include <filesystem>

#include "roformer/base/log.h"
#include "roformer/report/page.h"
#include "roformer/study/table1_report.h"
#include "roformer/study/translated_tests.h"
#include "roformer/task/recipe_path.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;

const Side rotary_side = {"roformer", "RoFormer"};
const Side sinusoidal_side = {"transformer", "Transformer"};

bool has_all_files(data::ParallelOptions options) {
  bool found = true;
  data::for_each_file_list(options, [&](const std::vector<std::string>& files) {
    for (const auto& file : files) found = found && (file == "apt" || fs::exists(file));
  });
  return found;
}

// Every Debian and Ubuntu machine has pairs to learn from: its package descriptions.
StudyOptions with_text_at_hand(StudyOptions options) {
  if (options.scale != "tiny") return options;
  const auto recipe =
      task::read_recipe(task::find_recipe("paper/table1-roformer-tiny"), options.changes);
  if (has_all_files(recipe.parallel)) return options;
  spdlog::warn(
      "table1: the files of paper/table1-roformer-tiny are not here; apt's English and German "
      "package descriptions take their place");
  for (const char* change :
       {"data.source=apt", "data.target=[]", "data.validation_source=[]",
        "data.validation_target=[]", "data.test_source=[]", "data.test_target=[]"})
    options.changes.emplace_back(change);
  return options;
}

}  // namespace

int reproduce_table1(const StudyOptions& given) {
  const PairedRuns pair("table1", rotary_side, sinusoidal_side, with_text_at_hand(given));
  const auto material = task::open_material(pair.recipe());
  if (const int signal = pair.train(*material); signal != 0) return signal;
  const Table1Result result = gather_table1(pair, *material);
  print_table1(pair, result);
  write_table1(pair, result, pair.options().out / "report.html");
  return 0;
}

}  // namespace roformer::study
