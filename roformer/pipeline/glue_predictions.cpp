#include "roformer/pipeline/glue_predictions.h"

#include <algorithm>

#include "roformer/base/error.h"
#include "roformer/labelled/words.h"

namespace roformer::pipeline {
namespace {

using labelled::Example;
using labelled::in_brief;

// Enough for batches of like length.
constexpr std::size_t kRowsAtOnce = 4096;

std::vector<TextRow> rows_of(std::span<const Example> examples) {
  std::vector<TextRow> rows;
  for (const Example& example : examples) rows.push_back({example.text, example.text_pair});
  return rows;
}

void add_answer(const ClassAnswer& answer, bool is_regression, GluePredictions& predictions) {
  if (answer.is_cut) ++predictions.cut;
  if (is_regression) return predictions.scores.push_back(answer.score);
  predictions.labels.push_back(static_cast<std::int64_t>(answer.best));
}

}  // namespace

void require_glue_classes(const labelled::GlueTask& task, const Classify& classify,
                          const std::string& model) {
  const std::vector<std::string>& names = classify.label_names();
  if (task.is_regression) {
    base::require(classify.is_regression() && names.size() == 1,
                  "[pipeline] {}: expected a regression, as {} is one, but got a model of {} {}",
                  model, task.name, names.size(), classify.is_regression() ? "numbers" : "classes");
    return;
  }
  base::require(!classify.is_regression(),
                "[pipeline] {}: expected a classifier, as {} has classes, but got a regression",
                model, task.name);
  base::require(names.size() == task.label_names.size(),
                "[pipeline] {}: expected the {} classes of {} ({}) but got {} ({})", model,
                task.label_names.size(), task.name, in_brief(task.label_names), names.size(),
                in_brief(names));
  base::require(names == task.label_names || names == task.labels,
                "[pipeline] {}: expected the classes of {} in GLUE's order, {}, but got {}; "
                "--label-names says what the model's classes are",
                model, task.name, in_brief(task.label_names), in_brief(names));
}

GluePredictions predict_glue(const Classify& classify, const labelled::LabelledText& text,
                             const std::function<void(std::int64_t)>& on_rows) {
  GluePredictions predictions;
  const std::span<const Example> all = text.examples;
  for (std::size_t begin = 0; begin < all.size(); begin += kRowsAtOnce) {
    const auto examples = all.subspan(begin, std::min(kRowsAtOnce, all.size() - begin));
    const std::vector<TextRow> rows = rows_of(examples);
    // No quotes, so no row of several lines: they are numbered one after another.
    base::at_place(text.files.at(static_cast<std::size_t>(examples.front().file)), [&] {
      for (const ClassAnswer& answer : classify(TextRows{rows, examples.front().line}))
        add_answer(answer, classify.is_regression(), predictions);
    });
    if (on_rows) on_rows(static_cast<std::int64_t>(begin + examples.size()));
  }
  return predictions;
}

}  // namespace roformer::pipeline
