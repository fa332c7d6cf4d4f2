// Two models trained under the same settings, over several seeds: what the halves of Figure 3 have
// in common.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "roformer/report/page.h"
#include "roformer/study/learning_curve.h"
#include "roformer/study/report_sources.h"
#include "roformer/task/material.h"

namespace roformer::study {

/// What a user chooses of a study that trains.
struct StudyOptions {
  std::string scale = "tiny";  // tiny, small, paper
  std::filesystem::path out;
  std::int64_t seeds = 1;            // runs of each model, with seeds 0, 1, …
  std::vector<std::string> changes;  // section.key=value, for both models
  std::string device = "cpu";
  std::vector<std::string> only = {};  // of the encodings that are compared; empty: all
};

/// Throws Error if a change is of a key that the study sets itself.
void require_free_keys(const std::vector<std::string>& changes,
                       const std::vector<std::string>& keys);

/// Throws Error where two recipes differ in data, stages or seed: both models must see the same
/// text in the same order.
void require_same_data(const train::FlatRecipe& first, const train::FlatRecipe& second);

/// One of the two models.
struct Side {
  std::string key;   // in the names of recipes and folders
  std::string name;  // for people
};

class PairedRuns {
 public:
  /// Recipes are paper/{study}-{key} with -{scale} behind it, but for the paper's. Throws Error
  /// where the two differ in data, batches or seed.
  PairedRuns(std::string study, Side first, Side second, StudyOptions options);

  /// The recipe of the first side with the first seed: its data is everybody's.
  const task::Recipe& recipe() const { return recipe_; }
  const StudyOptions& options() const { return options_; }
  const Side& first() const { return first_; }
  const Side& second() const { return second_; }

  /// Trains all models; what is finished is not repeated, what was stopped goes on. Returns the
  /// signal that stopped it, or 0.
  int train(const task::Material& material) const;

  /// The folders of one side's runs, by seed.
  std::vector<std::filesystem::path> runs(const Side& side) const;
  /// Means over the seeds of one side.
  LearningCurve curve(const Side& side, const LossUnit& unit = {}) const;
  /// The loss, or another metric, of both sides over the seeds; `kind` is training or evaluation.
  report::LineChart chart(const std::string& title, const std::string& kind,
                          const LossUnit& unit = {}, const std::string& metric = "loss") const;
  /// Names and TOML of both recipes.
  std::vector<std::pair<std::string, std::string>> recipe_texts() const;
  /// The command of the study and all its runs.
  ReportSources sources() const;
  std::filesystem::path report_path() const { return options_.out / "report.html"; }
  /// Adds where it comes from and both recipes to the page and writes it.
  void write_report(report::Page& page) const;

 private:
  task::Recipe recipe_of(const Side& side, std::int64_t seed) const;

  std::string study_;
  Side first_, second_;
  StudyOptions options_;
  task::Recipe recipe_;
};

}  // namespace roformer::study
