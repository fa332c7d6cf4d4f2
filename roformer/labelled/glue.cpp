#include "roformer/labelled/glue.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/base/names.h"
#include "roformer/base/nearest_name.h"
#include "roformer/labelled/label_set.h"
#include "roformer/labelled/text_file.h"
#include "roformer/labelled/words.h"

namespace roformer::labelled {
namespace {

namespace fs = std::filesystem;

constexpr base::Named<GlueMetric> kGlueMetrics[] = {{"accuracy", GlueMetric::accuracy},
                                                    {"f1", GlueMetric::f1},
                                                    {"pearson", GlueMetric::pearson},
                                                    {"spearman", GlueMetric::spearman}};

// Columns as GLUE's files name them, metrics as https://gluebenchmark.com/tasks does; which of two
// comes first is the paper's Table 2. Label names and their order are those of the data set
// nyu-mll/glue, which transformers' examples/pytorch/text-classification/run_glue.py takes.
std::vector<GlueTask> glue_tasks() {
  using enum GlueMetric;
  return {
      {.name = "MRPC",
       .labels = {"0", "1"},
       .label_names = {"not_equivalent", "equivalent"},
       .columns = {.text = "#1 String", .text_pair = "#2 String", .label = "Quality"},
       .metrics = {f1, accuracy}},
      {.name = "SST-2",
       .labels = {"0", "1"},
       .label_names = {"negative", "positive"},
       .columns = {.text = "sentence", .label = "label"},
       .metrics = {accuracy}},
      {.name = "QNLI",
       .labels = {"entailment", "not_entailment"},
       .label_names = {"entailment", "not_entailment"},
       .columns =
           {.text = "question", .text_pair = "sentence", .label = "label", .group = "question"},
       .metrics = {accuracy}},
      {.name = "STS-B",
       .is_regression = true,
       .columns = {.text = "sentence1", .text_pair = "sentence2", .label = "score"},
       .metrics = {spearman, pearson}},
      {.name = "QQP",
       .labels = {"0", "1"},
       .label_names = {"not_duplicate", "duplicate"},
       .columns = {.text = "question1",
                   .text_pair = "question2",
                   .label = "is_duplicate",
                   .group = "qid1",
                   .group_pair = "qid2"},
       .metrics = {f1, accuracy}},
      {.name = "MNLI",
       .labels = {"entailment", "neutral", "contradiction"},
       .label_names = {"entailment", "neutral", "contradiction"},
       .columns = {.text = "sentence1",
                   .text_pair = "sentence2",
                   .label = "gold_label",
                   .group = "sentence1"},
       .metrics = {accuracy},
       .has_mismatched = true},
  };
}

std::string upper_case(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return upper;
}

struct GluePart {
  const char* name;  // of the file, without its ending
  std::optional<GlueFile> GlueFiles::*file;
};

std::vector<GluePart> glue_parts(const GlueTask& task) {
  if (!task.has_mismatched) {
    return {{"train", &GlueFiles::training},
            {"dev", &GlueFiles::validation},
            {"test", &GlueFiles::test}};
  }
  return {{"train", &GlueFiles::training},
          {"dev_matched", &GlueFiles::validation},
          {"dev_mismatched", &GlueFiles::validation_mismatched},
          {"test_matched", &GlueFiles::test},
          {"test_mismatched", &GlueFiles::test_mismatched}};
}

std::optional<GlueFile> find_glue_file(const fs::path& folder, const std::string& name) {
  for (const bool is_sample : {false, true}) {
    const auto path = find_plain_or_packed(folder / (name + (is_sample ? "_sample.tsv" : ".tsv")));
    if (path) return GlueFile{*path, is_sample};
  }
  return std::nullopt;
}

bool has_any(const GlueFiles& files, const GlueTask& task) {
  const auto parts = glue_parts(task);
  return std::any_of(parts.begin(), parts.end(),
                     [&](const GluePart& part) { return (files.*part.file).has_value(); });
}

GlueFiles glue_files_in(const fs::path& folder, const GlueTask& task) {
  GlueFiles files;
  for (const GluePart& part : glue_parts(task))
    files.*part.file = find_glue_file(folder, part.name);
  return files;
}

Table read_glue_table(const fs::path& file, bool skip_uneven_rows) {
  return read_table(
      file,
      {.kind = TableKind::tab_separated, .quotes = false, .skip_uneven_rows = skip_uneven_rows});
}

void require_every_row(const Table& table) {
  constexpr const char* numbers = "index";
  if (!table.has_column(numbers)) return;
  const std::int64_t column = table.column(numbers);
  for (std::int64_t row = 0; row < table.num_rows(); ++row)
    base::require(
        table.text(row, column) == std::to_string(row),
        "[labelled] {}: expected the row of index {} but got {}: predictions are of every "
        "row in GLUE's order",
        table.place(row), row, in_brief(table.text(row, column)));
}

// STS-B's similarities.
void require_scores(const LabelledText& text) {
  constexpr double least = 0, most = 5;
  const std::vector<double> scores = label_scores(text);
  for (std::size_t row = 0; row < scores.size(); ++row)
    base::require(scores[row] >= least && scores[row] <= most,
                  "[labelled] {}: expected a score of {} to {} but got {}",
                  text.place(text.examples[row]), least, most, scores[row]);
}

}  // namespace

const char* glue_metric_name(GlueMetric metric) {
  return base::name_in(kGlueMetrics, metric);
}

GlueTask glue_task(std::string_view name) {
  std::vector<std::string> names;
  for (GlueTask& task : glue_tasks()) {
    if (task.name == upper_case(name)) return std::move(task);
    names.push_back(task.name);
  }
  base::fail("[labelled] expected a task of GLUE ({}) but got '{}'{}", in_brief(names),
             in_brief(name), base::did_you_mean(upper_case(in_brief(name)), names));
}

std::string GlueFiles::describe(const GlueTask& task) const {
  std::vector<std::string> words;
  for (const GluePart& part : glue_parts(task)) {
    const auto& file = this->*part.file;
    words.push_back(!file             ? fmt::format("{}.tsv is not there", part.name)
                    : file->is_sample ? fmt::format("{}.tsv is a sample", part.name)
                                      : fmt::format("{}.tsv", part.name));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

GlueFiles find_glue_files(const GlueTask& task, const fs::path& folder) {
  GlueFiles files = glue_files_in(folder, task);
  if (has_any(files, task)) return files;
  files = glue_files_in(folder / task.name, task);
  base::require(has_any(files, task),
                "[labelled] expected GLUE's files of {} (train.tsv, {}.tsv, …) in the folder {} or "
                "in {} there but found none: --set data.folder=DIR names another one",
                task.name, glue_parts(task)[1].name, folder.string(), task.name);
  return files;
}

LabelledText read_glue_file(const GlueTask& task, const fs::path& file) {
  const Table table = read_glue_table(file, task.name == "QQP");
  TextColumns columns = task.columns;
  if (!columns.group_pair.empty() && !table.has_column(columns.group)) {
    columns.group = columns.text;
    columns.group_pair = columns.text_pair;
  }
  LabelledText text = labelled_text_of(table, columns);
  if (task.is_regression) require_scores(text);
  if (text.skipped.count > 0)
    spdlog::warn("{}: {} rows that are cut in two are left out, the first at {}", file.string(),
                 text.skipped.count, text.skipped.first);
  return text;
}

LabelledText read_glue_test_file(const GlueTask& task, const fs::path& file) {
  const TextColumns columns{.text = task.columns.text, .text_pair = task.columns.text_pair};
  const Table table = read_glue_table(file, /*skip_uneven_rows=*/false);
  require_every_row(table);
  return labelled_text_of(table, columns);
}

}  // namespace roformer::labelled
