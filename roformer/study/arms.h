// The models of a study, trained on the same text in the same order over several seeds: two sides
// that are compared, and the controls that tell whether the comparison is fit.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "roformer/report/line_chart.h"
#include "roformer/report/page.h"
#include "roformer/study/learning_curve.h"
#include "roformer/study/report_sources.h"
#include "roformer/study/study_options.h"
#include "roformer/study/tuning.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"

namespace roformer::study {

/// One model: a recipe, and what it changes there.
struct Arm {
  std::string key;     // in the names of folders, and for --only
  std::string name;    // for people
  std::string recipe;  // without the scale, which is behind it but for the paper's
  std::vector<std::string> changes = {};
};

/// The losses of one model at its ends, by seed, in the units of the study.
struct ArmLosses {
  std::vector<double> validation;  // by which its rate was chosen
  std::vector<double> test;        // which is reported: nothing was chosen by it
};

class Arms {
 public:
  /// Those of `arms` that options.only names, or all. Throws Error where their recipes differ in
  /// data, batches or seed, for a name that is none of them, and for changes of what differs
  /// between them.
  Arms(std::string study, std::vector<Arm> arms, StudyOptions options);

  /// The recipe of the first arm with the first seed: its data is everybody's.
  const task::Recipe& recipe() const { return recipe_; }
  const StudyOptions& options() const { return options_; }
  const std::vector<Arm>& arms() const { return arms_; }
  /// The arm of that key; null where it was left out.
  const Arm* find(const std::string& key) const;

  /// Trains all of them: with options.tune each at several rates with the first seed, then all
  /// seeds at the best one. What is finished is not repeated, what was stopped goes on. Returns the
  /// signal that stopped it, or 0.
  int train(const task::Material& material);

  /// The recipe of an arm's run, once tuned with the chosen rate, and with further changes.
  task::Recipe recipe(const Arm& arm, std::int64_t seed,
                      const std::vector<std::string>& more = {}) const;
  /// The folders of an arm's runs, by seed.
  std::vector<std::filesystem::path> runs(const Arm& arm) const;
  /// What was tried for the arm; null without options.tune.
  const Tuning* tuning(const Arm& arm) const;
  /// The recipe's rate, or the chosen one.
  double rate(const Arm& arm) const;

  /// Means over the seeds of one arm.
  LearningCurve curve(const Arm& arm, const LossUnit& unit = {}) const;
  /// The loss, or another metric, of all arms over the seeds; `kind` is training or evaluation.
  report::LineChart chart(const std::string& title, const std::string& kind,
                          const LossUnit& unit = {}, const std::string& metric = "loss") const;
  /// Losses of the finished models on both held-out parts.
  ArmLosses losses(const Arm& arm, const task::Material& material, const LossUnit& unit = {}) const;

  /// Names and TOML of all recipes.
  std::vector<std::pair<std::string, std::string>> recipe_texts() const;
  /// Seconds of all runs that the study rests on, those of tuning too; evaluation is left out.
  double training_seconds() const;
  /// What was run, in a sentence: models, seeds, rates, length of training, text.
  std::string what_ran(const task::Material& material) const;
  /// The command of the study and all its runs.
  ReportSources sources() const;
  std::filesystem::path report_path() const { return options_.out / "report.html"; }
  /// Adds where it comes from and all recipes to the page and writes it.
  void write_report(report::Page& page) const;

 private:
  task::Recipe recipe_of(const Arm& arm, std::int64_t seed, double rate,
                         const std::vector<std::string>& more = {}) const;
  std::filesystem::path folder_of(const Arm& arm, std::int64_t seed, double rate) const;
  double own_rate(const Arm& arm) const;
  int train_one(const task::Material& material, const Arm& arm, std::int64_t seed, double rate);
  int tune(const task::Material& material);

  std::string study_;
  std::vector<Arm> arms_;
  StudyOptions options_;
  task::Recipe recipe_;
  std::map<std::string, Tuning> tuning_;  // by the arm's key
  std::int64_t run_ = 0;                  // how many began
};

/// Throws Error where one of the keys was left out by --only: the study compares them.
void require_arms(const Arms& arms, const std::vector<std::string>& keys);

/// Where report and models lie, on standard output.
void print_places(const Arms& arms);

}  // namespace roformer::study
