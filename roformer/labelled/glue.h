// Six tasks of GLUE (Wang et al. 2019), those of the paper's Table 2: what their files are called,
// what stands in them, and what they are measured by.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/labelled/labelled_text.h"

namespace roformer::labelled {

/// GLUE's metrics of these tasks.
enum class GlueMetric { accuracy, f1, pearson, spearman };

/// "accuracy", "f1", …
const char* glue_metric_name(GlueMetric metric);

struct GlueTask {
  std::string name;                           // GLUE's: "SST-2"
  bool is_regression = false;                 // of numbers from 0 to 5
  std::vector<std::string> labels = {};       // as files and submissions have them, in GLUE's order
  std::vector<std::string> label_names = {};  // as transformers' run_glue names them in config.json
  TextColumns columns = {};              // of labelled files; `group` is what rows are held out by
  std::vector<GlueMetric> metrics = {};  // the first is the paper's
  bool has_mismatched = false;           // MNLI: validation and test are two parts each
};

/// The task of that name, whatever its case. Throws Error with the nearest name for another.
GlueTask glue_task(std::string_view name);

/// A file of a task.
struct GlueFile {
  std::filesystem::path path;
  bool is_sample = false;  // "…_sample.tsv": some rows of GLUE's file
};

/// Those that a folder has. A part that is not there is none: QNLI's folder may have no training.
struct GlueFiles {
  std::optional<GlueFile> training, validation, test;
  std::optional<GlueFile> validation_mismatched, test_mismatched;  // MNLI's

  /// "train.tsv is not there, dev.tsv, test.tsv", for people.
  std::string describe(const GlueTask& task) const;
};

/// Looks into `folder`, and into its folder of the task's name. Files have GLUE's names (train.tsv,
/// dev.tsv, test.tsv; MNLI's dev_matched.tsv and so on), maybe with _sample behind them, where the
/// whole one is not there, and maybe packed (.xz, .gz). Throws Error if there is no part at all.
GlueFiles find_glue_files(const GlueTask& task, const std::filesystem::path& folder);

/// The rows of a file with their labels and groups. QQP's groups are questions that are connected,
/// by their ids where the file has these, else by their texts. GLUE's own QQP has rows that are cut
/// in two by line breaks: they are left out and counted, as everywhere.
LabelledText read_glue_file(const GlueTask& task, const std::filesystem::path& file);

/// The rows of a test file, which has no labels and no groups. None is left out, since predictions
/// go by the number of a row. Throws Error naming file and line for a row of another number of
/// fields, and where the file numbers its rows ("index") for one that is not in its place.
LabelledText read_glue_test_file(const GlueTask& task, const std::filesystem::path& file);

}  // namespace roformer::labelled
