#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/labelled/glue.h"
#include "roformer/labelled/labelled_options.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/study/arm_comparison.h"
#include "roformer/study/arms.h"
#include "roformer/study/drawings.h"
#include "roformer/study/pretrained.h"
#include "roformer/study/result_file.h"
#include "roformer/study/studies.h"
#include "roformer/study/table2_scores.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;

const std::vector<Arm> kPretrained = {{"roformer", "RoFormer", "paper/table2-roformer"},
                                      {"bert", "BERT", "paper/table2-bert"}};

// The paper's Table 2.
struct PaperRow {
  const char* task;
  double bert, roformer;
  bool mismatched = false;
};
constexpr PaperRow kPaperRows[] = {
    {"MRPC", 88.9, 89.5}, {"SST-2", 93.5, 90.7}, {"QNLI", 90.5, 88.0},       {"STS-B", 85.8, 87.0},
    {"QQP", 71.2, 86.4},  {"MNLI", 84.6, 80.2},  {"MNLI", 83.4, 79.8, true},
};

constexpr const char* kTable2Claim =
    "The paper (Table 2): RoFormer \"can significantly outperform BERT in three out of six "
    "datasets, and the improvements are considerable\" (MRPC, STS-B, QQP). Its BERT row is GLUE's "
    "test server (Devlin et al. 2019), its own row the validation set: QQP 71.2 beside 86.4 is no "
    "gain.";

const std::vector<std::string> kOwnKeys = {"task.kind",        "data.glue",
                                           "model.checkpoint", "optimizer.learning_rate",
                                           "run.seed",         "data.mismatched"};

// The keys of a task, behind those that a user has changed.
std::vector<std::string> changes_of_row(const PaperRow& row, std::vector<std::string> changes) {
  const bool is_regression = labelled::glue_task(row.task).is_regression;
  changes.push_back(fmt::format("task.kind={}", is_regression ? "regression" : "classification"));
  changes.push_back(fmt::format("data.glue={}", row.task));
  if (row.mismatched) changes.emplace_back("data.mismatched=true");
  return changes;
}

FineTuning fine_tuning_of(const Arms& pretrained, const std::string& side, const PaperRow& row,
                          const fs::path& out) {
  return {.recipe = "paper/table2",
          .checkpoint = fs::absolute(pretrained.runs(*pretrained.find(side)).front()),
          .out = out / side / row.task,
          .changes = changes_of_row(row, {})};
}

// What would stop the fine-tuning, before an hour of pre-training: a wrong key, an absent file.
void require_fine_tuning(const StudyOptions& options) {
  for (const PaperRow& row : kPaperRows) {
    const auto recipe =
        task::read_recipe(task::find_recipe(recipe_name("paper/table2", options.scale)),
                          changes_of_row(row, options.changes));
    labelled::find_glue_files(labelled::glue_task(row.task),
                              task::options_of<labelled::LabelledOptions>(recipe).folder);
  }
}

std::shared_ptr<const task::Material> open_text(const FineTuning& what,
                                                const StudyOptions& options) {
  return task::open_material(fine_tuning_recipe(what, options, 0, 0), what.checkpoint);
}

// The fine-tuned models of one side on one task and, of MNLI, what they say of other genres.
struct SideRows {
  int signal = 0;
  std::vector<FineTuned> rows;  // as kPaperRows
};

SideRows fine_tune_side(const Arms& pretrained, const std::string& side,
                        const StudyOptions& options, FineTuningProgress& progress) {
  SideRows result;
  for (const PaperRow& row : kPaperRows) {
    const std::string figure =
        labelled::glue_metric_name(labelled::glue_task(row.task).metrics.front());
    const FineTuning what = fine_tuning_of(pretrained, side, row, options.out);
    const auto material = open_text(what, options);
    if (row.mismatched) {  // the rate was chosen on the genres of training
      result.rows.push_back(result.rows.back());
      answer_test(what, options, *material, figure, result.rows.back());
      result.rows.back().text = material->summary();
      result.rows.back().training_seconds = 0;
      continue;
    }
    result.signal = fine_tune(what, options, *material, progress);
    if (result.signal != 0) return result;
    result.rows.push_back(look_at(what, options, *material, figure, progress));
  }
  return result;
}

std::vector<Table2Row> rows_of_sides(SideRows roformer, SideRows bert) {
  std::vector<Table2Row> rows;
  for (std::size_t i = 0; i < std::size(kPaperRows); ++i) {
    const PaperRow& paper = kPaperRows[i];
    const auto known = labelled::glue_task(paper.task);
    rows.push_back({.task = std::string(paper.task) + (paper.mismatched ? "-mm" : ""),
                    .figure = labelled::glue_metric_name(known.metrics.front()),
                    .paper_bert = paper.bert,
                    .paper_roformer = paper.roformer,
                    .roformer = std::move(roformer.rows[i]),
                    .bert = std::move(bert.rows[i])});
    rows.back().p_by_examples = example_p_value(rows.back());
  }
  return rows;
}

// MNLI's other genres have no validation figures of their own.
std::vector<Table2Row> with_validation(std::vector<Table2Row> rows) {
  std::erase_if(rows, [](const Table2Row& row) { return row.task == "MNLI-mm"; });
  return rows;
}

std::vector<report::Table> tables_of_rows(const std::vector<Table2Row>& rows) {
  return {clean_protocol_table(rows), paper_protocol_table(with_validation(rows)),
          rates_table(with_validation(rows)), parts_table(rows)};
}

double seconds_of_rows(const std::vector<Table2Row>& rows) {
  double seconds = 0;
  for (const Table2Row& row : rows)
    seconds += row.roformer.training_seconds + row.bert.training_seconds;
  return seconds;
}

report::LineChart pretraining_chart(const Arms& pretrained) {
  return pretrained.chart("Pre-training: validation loss", "evaluation");
}

void show_table2(const Arms& pretrained, const std::vector<Table2Row>& rows,
                 const StudyOptions& options, const std::string& command) {
  report::Page page(fmt::format("Table 2: fine-tuning on GLUE, {} scale", options.scale));
  fmt::print("\nTable 2, {} scale\n\n", options.scale);
  for (const report::Table& table : tables_of_rows(rows)) {
    report::print_table(table);
    fmt::print("\n");
    page.table(table);
  }
  for (const std::string& verdict : table2_verdicts(rows)) {
    fmt::print("{}\n", verdict);
    page.paragraph(verdict);
  }
  page.paragraph(kTable2Claim);
  page.section("Pre-training");
  page.chart(pretraining_chart(pretrained));
  ReportSources sources{command, pretrained.sources().runs};
  for (NamedRun& run : sources.runs) run.folder = fs::path("pretraining") / run.folder;
  add_sources(page, sources);
  for (const auto& [name, recipe] : pretrained.recipe_texts())
    page.section("Recipe: pre-training of " + name).code(recipe);
  report::write_html(options.out / "report.html", page);
  fmt::print("\nReport: {}\nModels: {}/SIDE/TASK/rateR-seedS\n",
             (options.out / "report.html").string(), options.out.string());
}

// Their runs as seen from the study's folder.
std::vector<ArmResult> pretraining_results(const Arms& pretrained, const task::Material& text) {
  auto results = gather_results(pretrained, text);
  for (ArmResult& result : results) {
    for (std::string& run : result.runs) run = "pretraining/" + run;
  }
  return results;
}

std::string what_ran(const Arms& pretrained, const task::Material& text,
                     const std::vector<Table2Row>& rows) {
  return fmt::format("Pre-training: {}. Fine-tuning of each on six tasks at {} rates, {} a rate.",
                     pretrained.what_ran(text), rows.front().bert.rates.size(),
                     metric::count_seeds(std::ssize(rows.front().bert.test_figures)));
}

}  // namespace

bool has_table2_text(const StudyOptions& options) {
  const auto recipe =
      task::read_recipe(task::find_recipe(recipe_name("paper/table2", options.scale)), {});
  return fs::is_directory(task::options_of<labelled::LabelledOptions>(recipe).folder);
}

int reproduce_table2(const StudyOptions& given) {
  const StudyOptions options = fine_tuning_options(given, kOwnKeys);
  Arms pretrained("table2", kPretrained, pretraining_options(given));
  require_arms(pretrained, {"roformer", "bert"});
  require_fine_tuning(options);
  const auto text = task::open_material(pretrained.recipe());
  if (const int signal = pretrained.train(*text); signal != 0) return signal;
  const auto tasks = std::count_if(std::begin(kPaperRows), std::end(kPaperRows),
                                   [](const PaperRow& row) { return !row.mismatched; });
  FineTuningProgress progress{.run = 0,
                              .runs = 2 * tasks * std::ssize(rates_from(1)) * options.seeds};
  SideRows roformer = fine_tune_side(pretrained, "roformer", options, progress);
  if (roformer.signal != 0) return roformer.signal;
  SideRows bert = fine_tune_side(pretrained, "bert", options, progress);
  if (bert.signal != 0) return bert.signal;
  const auto rows = rows_of_sides(std::move(roformer), std::move(bert));
  const std::string command = reproduce_command("table2", given);
  show_table2(pretrained, rows, options, command);
  write_result_file(
      {.study = "table2",
       .title = "Table 2",
       .claim = kTable2Claim,
       .what = what_ran(pretrained, *text, rows),
       .verdicts = table2_verdicts(rows),
       .tables = tables_of_rows(rows),
       .command = command,
       .training_seconds = pretrained.training_seconds() + seconds_of_rows(rows),
       .pictures = write_drawings(options.out, {{"pretraining", pretraining_chart(pretrained)}}),
       .models = to_json(pretraining_results(pretrained, *text)),
       .numbers = to_json(rows)},
      options);
  return 0;
}

}  // namespace roformer::study
