// What a sweep found, as a table, a page and JSON.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "roformer/report/line_chart.h"
#include "roformer/report/table.h"
#include "roformer/study/sweep.h"

namespace roformer::study {

/// The command of a sweep; `jobs`, on which no figure hangs, is not in it.
std::string sweep_command(const SweepOptions& options);

/// A row a point: the mean over the seeds of what decides on the validation part, and beside the
/// point chosen by it its figures on the test part. The caption says which is which.
report::Table sweep_table(const SweepOptions& options, const SweepResult& result);

/// What the figures are, in words.
std::vector<std::string> sweep_notes(const SweepOptions& options, const SweepResult& result);

/// What decides over the first axis of numbers, a line for each combination of the others;
/// without such an axis, nothing to draw.
report::LineChart grid_chart(const SweepOptions& options, const SweepResult& result);

/// All of it, with each run's folder as seen from the sweep's.
nlohmann::ordered_json sweep_json(const SweepOptions& options, const SweepResult& result);

/// Writes OUT/report.html and OUT/sweep.json.
void write_sweep(const SweepOptions& options, const SweepResult& result);

}  // namespace roformer::study
