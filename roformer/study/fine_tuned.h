// One model fine-tuned on one task at several learning rates with several seeds: what section 4.3.2
// of the paper does, and what a clean comparison needs besides.
#pragma once
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "roformer/study/study_options.h"
#include "roformer/task/label_figures.h"
#include "roformer/task/material.h"
#include "roformer/task/recipe.h"

namespace roformer::study {

/// What is fine-tuned on what.
struct FineTuning {
  std::string recipe;                // without the scale
  std::filesystem::path checkpoint;  // what it begins with
  std::filesystem::path out;         // of its runs
  std::vector<std::string> changes;  // data.glue=…, task.kind=…
};

/// The rates of section 4.3.2, 2, 3, 4 and 5e-5, as multiples of the recipe's, which is the first.
std::vector<double> rates_from(double first);

/// A rate and the figure that decides, of the validation part at the end of each seed's run.
struct RateFigures {
  double rate = 0;
  std::vector<double> by_seed;

  double mean() const;
};

struct FineTuned {
  std::vector<RateFigures> rates;  // ascending
  std::size_t chosen = 0;          // the largest mean
  // Of the runs at the chosen rate, by seed.
  std::vector<task::LabelAnswers> test;
  std::vector<double> test_figures;
  double training_seconds = 0;  // of all runs
  std::string text;             // what its parts are

  const RateFigures& best() const { return rates.at(chosen); }
};

/// The recipe of a run.
task::Recipe fine_tuning_recipe(const FineTuning& what, const StudyOptions& options, double rate,
                                std::int64_t seed);
/// The folder of a run.
std::filesystem::path fine_tuning_folder(const FineTuning& what, double rate, std::int64_t seed);

/// Which run it is, of how many, and those that diverged: their rate is out.
struct FineTuningProgress {
  std::int64_t run = 0, runs = 0;
  std::set<std::filesystem::path> diverged = {};
};

/// Trains what is not finished yet. Returns the signal that stopped it, or 0.
int fine_tune(const FineTuning& what, const StudyOptions& options, const task::Material& material,
              FineTuningProgress& progress);

/// Looks at the runs: `figure` decides. Throws Error naming a run without it, and where no rate is
/// left.
FineTuned look_at(const FineTuning& what, const StudyOptions& options,
                  const task::Material& material, const std::string& figure,
                  const FineTuningProgress& progress);

/// What the models of the chosen rate say of the test part of another text: MNLI's other genres.
void answer_test(const FineTuning& what, const StudyOptions& options,
                 const task::Material& material, const std::string& figure, FineTuned& tuned);

}  // namespace roformer::study
