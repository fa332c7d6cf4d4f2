// roformer glue-submission: a model's predictions for GLUE's unlabelled test files, as its site
// takes them.
#include "roformer/labelled/glue_submission.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/base/progress.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/json_output.h"
#include "roformer/cli/run_rows.h"
#include "roformer/pipeline/glue_predictions.h"

namespace roformer::cli {
namespace {

namespace fs = std::filesystem;
using labelled::GlueFile;
using labelled::GlueTask;
using nlohmann::ordered_json;
using pipeline::GluePredictions;

struct SubmissionFlags {
  CommonOptions common;
  std::string model, out, task, folder;
  std::vector<std::string> label_names;
};

// One of a task's test files; MNLI has two.
struct TestPart {
  std::string name;  // without its ending
  bool is_mismatched = false;
  std::optional<GlueFile> file;
};

GlueTask find_task(const SubmissionFlags& flags, const RunRows& data) {
  base::require(!flags.task.empty() || !data.glue.empty(),
                "[cli] expected --task, since {} lies in no run whose recipe has data.glue, but "
                "got none",
                flags.model);
  return labelled::glue_task(flags.task.empty() ? data.glue : flags.task);
}

// The run's own folder has the files of its own task.
fs::path find_folder(const SubmissionFlags& flags, const RunRows& data, const GlueTask& task) {
  if (!flags.folder.empty()) return flags.folder;
  base::require(!data.folder.empty() && labelled::glue_task(data.glue).name == task.name,
                "[cli] expected --folder, since {} lies in no run that learned from files of {}, "
                "but got none",
                flags.model, task.name);
  return data.folder;
}

std::vector<TestPart> find_test_parts(const GlueTask& task, const fs::path& folder) {
  const auto files = labelled::find_glue_files(task, folder);
  std::vector<TestPart> parts = {
      {task.has_mismatched ? "test_matched" : "test", /*is_mismatched=*/false, files.test}};
  if (task.has_mismatched) parts.push_back({"test_mismatched", true, files.test_mismatched});
  for (const TestPart& part : parts) {
    base::require(part.file.has_value(), "[cli] {}: expected GLUE's test file of {} but {}",
                  folder.string(), task.name, files.describe(task));
    base::require(!part.file->is_sample,
                  "[cli] {}: expected the whole {}.tsv but got a sample: predictions are of every "
                  "row",
                  part.file->path.string(), part.name);
  }
  return parts;
}

fs::path write_predictions(const fs::path& out, const GlueTask& task,
                           const GluePredictions& predictions, bool mismatched) {
  return task.is_regression
             ? labelled::write_glue_submission(out, task, predictions.scores, mismatched)
             : labelled::write_glue_submission(out, task, predictions.labels, mismatched);
}

// Rows of each label, in their order.
std::vector<std::int64_t> count_predictions(const GlueTask& task,
                                            const GluePredictions& predictions) {
  std::vector<std::int64_t> counts(task.labels.size());
  for (const std::int64_t label : predictions.labels) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

// Scores that the file has as 0 or 5.
std::int64_t count_clipped(const GluePredictions& predictions) {
  return std::count_if(predictions.scores.begin(), predictions.scores.end(),
                       [](double score) { return score < 0 || score > 5; });
}

std::int64_t count_rows(const GluePredictions& predictions) {
  return std::ssize(predictions.labels) + std::ssize(predictions.scores);
}

std::string submission_json(const fs::path& file, const GlueTask& task,
                            const GluePredictions& predictions) {
  ordered_json report = {
      {"file", file.string()}, {"task", task.name}, {"rows", count_rows(predictions)}};
  if (task.is_regression) report["clipped"] = count_clipped(predictions);
  const auto counts = count_predictions(task, predictions);
  for (std::size_t i = 0; i < counts.size(); ++i) report["labels"][task.labels[i]] = counts[i];
  report["cut"] = predictions.cut;
  return json_report(report, "submission");
}

// "0 (not_equivalent)"; one word where both are alike.
std::string label_in_words(const GlueTask& task, std::size_t label) {
  const std::string &in_file = task.labels[label], &name = task.label_names[label];
  return in_file == name ? name : fmt::format("{} ({})", in_file, name);
}

std::string submission_in_words(const fs::path& file, const GlueTask& task,
                                const GluePredictions& predictions) {
  std::vector<std::string> words = {
      fmt::format("{} rows", base::format_count(count_rows(predictions)))};
  const auto counts = count_predictions(task, predictions);
  for (std::size_t i = 0; i < counts.size(); ++i)
    words.push_back(fmt::format("{}: {}", label_in_words(task, i), base::format_count(counts[i])));
  if (task.is_regression)
    words.push_back(fmt::format("{} scores clipped to 0 or 5", count_clipped(predictions)));
  return fmt::format("{}\t{}", file.string(), fmt::join(words, ", "));
}

GluePredictions predict_part(const TestPart& part, const GlueTask& task,
                             const pipeline::Classify& classify) {
  const auto text = labelled::read_glue_test_file(task, part.file->path);
  base::Progress progress(part.name, "rows", std::ssize(text.examples));
  auto predictions =
      pipeline::predict_glue(classify, text, [&](std::int64_t rows) { progress.update(rows); });
  progress.finish();
  return predictions;
}

void warn_of_cut(const GluePredictions& predictions, const TestPart& part, std::int64_t longest) {
  if (predictions.cut == 0) return;
  spdlog::warn("{}: {} rows are longer than {} and cut there", part.file->path.string(),
               base::format_count(predictions.cut),
               longest > 0 ? fmt::format("the run's data.max_length, {} tokens,", longest)
                           : std::string("the model's positions"));
}

void submit(const SubmissionFlags& flags) {
  const c10::Device device = apply(flags.common);
  const RunRows data = rows_of_run(flags.model);
  const GlueTask task = find_task(flags, data);
  const auto parts = find_test_parts(task, find_folder(flags, data, task));
  pipeline::ClassifyOptions options;
  options.device = device;
  options.length = data.length;
  options.length.truncate = true;
  options.label_names = flags.label_names;
  const auto classify = pipeline::open_classify(pipeline::LabelFolder(flags.model), options);
  pipeline::require_glue_classes(task, classify, flags.model);
  base::make_folder(flags.out, "--out");
  for (const TestPart& part : parts) {
    const auto predictions = predict_part(part, task, classify);
    warn_of_cut(predictions, part, data.length.max_length);
    const auto file = write_predictions(flags.out, task, predictions, part.is_mismatched);
    std::cout << (flags.common.json ? submission_json(file, task, predictions)
                                    : submission_in_words(file, task, predictions))
              << '\n';
  }
}

}  // namespace

void add_glue_submission_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "glue-submission", "Predictions for GLUE's test files, as its site takes them");
  const auto flags = std::make_shared<SubmissionFlags>();
  add_model_option(*command, flags->model);
  add_text(*command, "--out", flags->out, "DIR",
           "folder for MRPC.tsv and so on; MNLI has MNLI-m.tsv and MNLI-mm.tsv")
      ->required();
  add_text(*command, "--task", flags->task, "NAME",
           "MRPC, SST-2, QNLI, STS-B, QQP or MNLI (default: data.glue of the model's run)");
  add_text(*command, "--folder", flags->folder, "DIR",
           "of GLUE's files, test.tsv among them (default: data.folder of the model's run)");
  add_text(*command, "--label-names", flags->label_names, "NAME,…",
           "names of the classes in their order (default: the model's), which must be GLUE's")
      ->delimiter(',');
  add_json_option(*command, flags->common);
  add_device_options(*command, flags->common);
  add_examples(*command,
               "roformer glue-submission --model runs/mrpc/best --out submission\n"
               "roformer glue-submission --model DIR --task SST-2 --folder glue/SST-2 --out "
               "submission --json");
  command->callback([flags] { submit(*flags); });
}

}  // namespace roformer::cli
