#include "roformer/labelled/glue_submission.h"

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/non_finite.h"

namespace roformer::labelled {
namespace {

constexpr const char* kSubmissionHead = "index\tprediction\n";

}  // namespace

std::string glue_submission_name(const GlueTask& task, bool mismatched) {
  base::require(!mismatched || task.has_mismatched,
                "[labelled] expected a task with a mismatched part but got {}", task.name);
  if (!task.has_mismatched) return task.name + ".tsv";
  return task.name + (mismatched ? "-mm.tsv" : "-m.tsv");
}

std::string glue_submission(const GlueTask& task, const std::vector<std::int64_t>& labels) {
  base::require(!task.is_regression, "[labelled] expected scores of {} but got labels", task.name);
  std::string text = kSubmissionHead;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const std::int64_t label = labels[row];
    base::require(label >= 0 && label < std::ssize(task.labels),
                  "[labelled] {}, row {}: expected a label's number below {} but got {}", task.name,
                  row, task.labels.size(), label);
    text += fmt::format("{}\t{}\n", row, task.labels[static_cast<std::size_t>(label)]);
  }
  return text;
}

std::string glue_submission(const GlueTask& task, const std::vector<double>& scores) {
  base::require(task.is_regression, "[labelled] expected labels of {} but got scores", task.name);
  constexpr double least = 0, most = 5;  // of STS-B
  std::string text = kSubmissionHead;
  for (std::size_t row = 0; row < scores.size(); ++row) {
    base::require(std::isfinite(scores[row]),
                  "[labelled] {}, row {}: expected a finite score but got {}", task.name, row,
                  base::non_finite_word(scores[row]));
    // Adding 0 makes 0 of −0.
    text += fmt::format("{}\t{:.3f}\n", row, std::clamp(scores[row], least, most) + 0.0);
  }
  return text;
}

template <typename Prediction>
std::filesystem::path write_glue_submission(const std::filesystem::path& folder,
                                            const GlueTask& task,
                                            const std::vector<Prediction>& predictions,
                                            bool mismatched) {
  auto file = folder / glue_submission_name(task, mismatched);
  base::write_file_atomically(file, glue_submission(task, predictions));
  return file;
}

template std::filesystem::path write_glue_submission(const std::filesystem::path&, const GlueTask&,
                                                     const std::vector<std::int64_t>&, bool);
template std::filesystem::path write_glue_submission(const std::filesystem::path&, const GlueTask&,
                                                     const std::vector<double>&, bool);

}  // namespace roformer::labelled
