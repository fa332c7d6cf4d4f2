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
  std::vector<CurvePoint> half_width;  // of the 95 % interval over the seeds; NaN for one seed
  LossUnit unit;
  std::int64_t seeds = 1;
};

/// The points of one run, one for each evaluation.
std::vector<CurvePoint> read_points(const std::filesystem::path& run, const LossUnit& unit = {});

/// Mean and interval of runs with the same steps. Throws Error if the steps differ.
LearningCurve mean_curve(std::string model, const std::vector<std::filesystem::path>& runs,
                         const LossUnit& unit = {});

/// Step, training loss, held-out loss and accuracy of both, and which had the lower held-out loss.
/// The caption says what "±" means where there are several seeds.
report::Table side_by_side(const LearningCurve& first, const LearningCurve& second);

/// In words: at how many checkpoints each was lower, and when one reached the other's final loss.
std::vector<std::string> verdict(const LearningCurve& first, const LearningCurve& second);

/// The held-out loss at the end of each run.
std::vector<double> final_losses(const std::vector<std::filesystem::path>& runs,
                                 const LossUnit& unit = {});

}  // namespace roformer::study
