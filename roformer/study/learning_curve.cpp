#include "roformer/study/learning_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "roformer/base/error.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/train/metrics_log.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr std::array kFields = {&CurvePoint::training_loss, &CurvePoint::held_out_loss,
                                &CurvePoint::held_out_accuracy};

// A figure of the curve's point; of several seeds with its interval.
std::string cell_of(const LearningCurve& curve, std::size_t i, double CurvePoint::*field) {
  const metric::SeedMean mean{curve.points[i].*field, curve.half_width[i].*field, curve.seeds};
  return std::isfinite(mean.mean) ? metric::format_mean(mean, 3) : "";
}

// The first step at which the held-out loss is no higher than `loss`; −1 if none is.
std::int64_t first_step_at(const LearningCurve& curve, double loss) {
  for (const auto& point : curve.points) {
    if (point.held_out_loss <= loss) return point.step;
  }
  return -1;
}

std::string lower_of(const LearningCurve& first, const LearningCurve& second, std::size_t i) {
  const double a = first.points[i].held_out_loss, b = second.points[i].held_out_loss;
  return a < b ? first.model : b < a ? second.model : "equal";
}

}  // namespace

std::vector<CurvePoint> read_points(const fs::path& run, const LossUnit& unit) {
  std::vector<CurvePoint> points;
  double sum = 0;
  std::int64_t lines = 0;
  for (const auto& line : train::read_metrics(run / "metrics.jsonl")) {
    if (line.value("kind", "") == "training") {
      sum += unit.scale * line.value("loss", 0.0);
      ++lines;
      continue;
    }
    CurvePoint point;
    point.step = line["step"];
    point.training_loss =
        lines > 0 ? sum / static_cast<double>(lines) : std::numeric_limits<double>::quiet_NaN();
    point.held_out_loss = unit.scale * line.value("loss", 0.0);
    point.held_out_accuracy = line.value("accuracy", 0.0);
    points.push_back(point);
    sum = 0;
    lines = 0;
  }
  return points;
}

LearningCurve mean_curve(std::string model, const std::vector<fs::path>& runs,
                         const LossUnit& unit) {
  LearningCurve curve{std::move(model), {}, {}, unit, std::ssize(runs)};
  std::vector<std::vector<CurvePoint>> all;
  for (const auto& run : runs) all.push_back(read_points(run, unit));
  for (std::size_t i = 0; !all.empty() && i < all.front().size(); ++i) {
    CurvePoint mean, half_width;
    mean.step = half_width.step = all.front()[i].step;
    for (std::size_t run = 0; run < all.size(); ++run)
      base::require(i < all[run].size() && all[run][i].step == mean.step,
                    "[study] expected an evaluation at step {} in {} but got none", mean.step,
                    runs[run].string());
    for (const auto field : kFields) {
      std::vector<double> values;
      for (const auto& points : all) values.push_back(points[i].*field);
      const metric::SeedMean of_seeds = metric::seed_mean(values);
      mean.*field = of_seeds.mean;
      half_width.*field = of_seeds.half_width;
    }
    curve.points.push_back(mean);
    curve.half_width.push_back(half_width);
  }
  return curve;
}

report::Table side_by_side(const LearningCurve& first, const LearningCurve& second) {
  report::Table table;
  table.caption = metric::interval_note(first.seeds);
  const std::string& loss = first.unit.name;
  table.columns = {"step",       fmt::format("training {} {}", loss, first.model),
                   second.model, fmt::format("held-out {} {}", loss, first.model),
                   second.model, "accuracy " + first.model,
                   second.model, "lower held-out " + loss};
  for (std::size_t i = 0; i < std::min(first.points.size(), second.points.size()); ++i) {
    std::vector<std::string> row = {fmt::format("{}", first.points[i].step)};
    for (const auto field : kFields) {
      row.push_back(cell_of(first, i, field));
      row.push_back(cell_of(second, i, field));
    }
    row.push_back(lower_of(first, second, i));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<std::string> verdict(const LearningCurve& first, const LearningCurve& second) {
  const std::size_t count = std::min(first.points.size(), second.points.size());
  std::int64_t first_lower = 0, second_lower = 0, checkpoints = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (first.points[i].step == 0) continue;  // before training both guess evenly
    ++checkpoints;
    const std::string lower = lower_of(first, second, i);
    first_lower += lower == first.model;
    second_lower += lower == second.model;
  }
  std::vector<std::string> lines = {fmt::format(
      "Validation {} was lower for {} at {} and for {} at {} of {} checkpoints behind the first.",
      first.unit.name, first.model, first_lower, second.model, second_lower, checkpoints)};
  if (count == 0) return lines;
  const auto sentence = [&](const LearningCurve& fast, const LearningCurve& slow) {
    const CurvePoint& end = slow.points[count - 1];
    const std::int64_t step = first_step_at(fast, end.held_out_loss);
    if (step < 0)
      return fmt::format("{} never reached the final validation {} of {}, {:.3f}.", fast.model,
                         fast.unit.name, slow.model, end.held_out_loss);
    return fmt::format("{} reached the final validation {} of {}, {:.3f}, at step {} of {}.",
                       fast.model, fast.unit.name, slow.model, end.held_out_loss, step, end.step);
  };
  const bool first_ends_lower =
      first.points[count - 1].held_out_loss <= second.points[count - 1].held_out_loss;
  lines.push_back(first_ends_lower ? sentence(first, second) : sentence(second, first));
  return lines;
}

std::vector<double> final_losses(const std::vector<fs::path>& runs, const LossUnit& unit) {
  std::vector<double> losses;
  for (const auto& run : runs) {
    const auto points = read_points(run, unit);
    base::require(!points.empty(), "[study] expected an evaluation in {} but got none",
                  run.string());
    losses.push_back(points.back().held_out_loss);
  }
  return losses;
}

}  // namespace roformer::study
