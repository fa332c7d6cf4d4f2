// report.html of one run: its curves, its last figures, its recipe.
#pragma once
#include <filesystem>
#include <string>

#include "roformer/report/line_chart.h"

namespace roformer::train {

/// The field `key` of a metrics.jsonl's lines of one kind ("training", "evaluation"), over steps.
report::Series metric_series(const std::filesystem::path& metrics, const std::string& kind,
                             const std::string& key, const std::string& name);

/// Writes OUT/report.html from OUT/metrics.jsonl; `recipe` is shown as it is.
void write_training_report(const std::filesystem::path& out, const std::string& title,
                           const std::string& recipe);

}  // namespace roformer::train
