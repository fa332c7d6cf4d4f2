// Learning curves of finished runs, read from their metrics.jsonl, and two of them side by side.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/report/table.h"

namespace roformer::study {

/// What losses are shown in.
struct LossUnit {
  std::string name = "loss";         // in tables and sentences
  std::string description = "loss";  // beside charts
  double scale = 1;                  // nats are multiplied by it
};

struct CurvePoint {
  std::int64_t step = 0;
  double training_loss = 0;  // mean since the point before; NaN at step 0
  double held_out_loss = 0;
  double held_out_accuracy = 0;
};

/// One model's runs over several seeds, each point a mean over them.
struct LearningCurve {
  std::string model;
  std::vector<CurvePoint> points;
  std::vector<CurvePoint> deviation;  // standard deviation over the seeds; NaN for one seed
  LossUnit unit;
  std::int64_t seeds = 1;
};

/// The points of one run, one for each evaluation.
std::vector<CurvePoint> read_points(const std::filesystem::path& run, const LossUnit& unit = {});

/// Mean and deviation of runs with the same steps. Throws Error if the steps differ.
LearningCurve mean_curve(std::string model, const std::vector<std::filesystem::path>& runs,
                         const LossUnit& unit = {});

/// What "±" means in a table's head: the standard deviation over so many seeds; empty for one.
std::string deviation_note(std::int64_t seeds);

/// Step, training loss, held-out loss and accuracy of both, and which had the lower held-out loss.
report::Table side_by_side(const LearningCurve& first, const LearningCurve& second);

/// In words: at how many checkpoints each was lower, and when one reached the other's final loss.
std::vector<std::string> verdict(const LearningCurve& first, const LearningCurve& second);

/// The held-out loss at the end of each run.
std::vector<double> final_losses(const std::vector<std::filesystem::path>& runs,
                                 const LossUnit& unit = {});

// What is said of a few runs.

/// The mean of one or more values.
double mean_of(const std::vector<double>& values);

/// The standard deviation of the values, with n − 1; NaN for fewer than two.
double standard_deviation(const std::vector<double>& values);

/// Of the mean: the standard deviation over √n; NaN for fewer than two.
double standard_error(const std::vector<double>& values);

/// In words: which of two models ends lower, and by how many standard errors of the difference. Run
/// i of both has the same seed: the error is that of the mean of the differences, their standard
/// deviation / √n; one run of each has none. Throws Error unless there are as many of both.
std::string final_verdict(const std::string& first_model, const std::vector<double>& first,
                          const std::string& second_model, const std::vector<double>& second,
                          const LossUnit& unit = {});

}  // namespace roformer::study
