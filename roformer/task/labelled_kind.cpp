#include "roformer/task/labelled_kind.h"

#include <any>

#include "roformer/base/error.h"
#include "roformer/task/labelled_task.h"

namespace roformer::task {
namespace {

bool has_classes(labelled::LabelUse use) {
  return use == labelled::LabelUse::classes || use == labelled::LabelUse::tags;
}

std::vector<std::string> labels_of(labelled::LabelUse use, const std::filesystem::path& folder) {
  if (!has_classes(use)) return {};
  return label_names_of(
      use == labelled::LabelUse::tags ? head::token_classifier() : head::sequence_classifier(),
      folder);
}

}  // namespace

void set_fine_tuning(Recipe& recipe) {
  train::TrainingOptions& training = recipe.training;
  training.learning_rate = 2e-5;
  training.schedule.warmup_share = 0.1;
  training.keep_best = true;
  recipe.evaluation.sequences = 0;
}

std::vector<std::string> read_class_weights(SectionReader& task, labelled::LabelUse use) {
  std::vector<std::string> weights;
  task.read_if_given(
      {"class_weights",
       "[\"balanced\"], or [\"NAME=WEIGHT\", …], in training; empty: all alike",
       {},
       {},
       has_classes(use) ? nullptr : "expected it only for classes of texts and words"},
      weights);
  return weights;
}

labelled::RankingLoss read_ranking(SectionReader& task, labelled::LabelUse use) {
  labelled::RankingLoss ranking;
  if (use != labelled::LabelUse::ranking) return ranking;
  labelled::for_each_ranking_option(ranking, [&](const base::Option& option, std::string& value) {
    task.read_if_given(option, value);
  });
  return ranking;
}

Recipe recipe_of_files(Recipe recipe, const std::vector<std::string>& files,
                       const std::filesystem::path& folder) {
  auto* options = std::any_cast<labelled::LabelledOptions>(&recipe.options);
  base::require(options != nullptr,
                "[task] {}: expected a task.kind of labelled files but got \"{}\", whose text is "
                "another one with --split test --set data.test_text=FILES (of pairs of languages "
                "data.test_source and data.test_target)",
                recipe.path.string(), recipe.task);
  options->model_labels = labels_of(options->use, folder);
  options->test = files;
  options->group.clear();  // nothing is held out apart
  options->folds = options->fold = 0;
  options->class_weights.clear();   // evaluation has none
  recipe.evaluation.sequences = 0;  // all rows
  return recipe;
}

}  // namespace roformer::task
