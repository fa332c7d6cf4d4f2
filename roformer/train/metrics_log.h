// metrics.jsonl: one JSON object a line, {"step": …, "kind": "training" | "evaluation", …}.
#pragma once
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "roformer/report/event_file.h"

namespace roformer::train {

class MetricsLog {
 public:
  /// Opens the log for appending. Lines behind `last_step` and a torn last line are removed first,
  /// so that a resumed run writes none twice.
  MetricsLog(std::filesystem::path path, std::int64_t last_step);

  /// Appends a line; a reader sees it at once. Throws Error if it cannot be written.
  void append(const nlohmann::json& line);
  /// Returns when all lines are on the disk.
  void sync();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, Close> file_;
};

/// All whole lines of a log; empty if there is no such file.
std::vector<nlohmann::json> read_metrics(const std::filesystem::path& path);

/// A figure of the last evaluation in the log; NaN where it has none or no number. Throws Error
/// where nothing was evaluated.
double last_evaluated(const std::filesystem::path& path, const std::string& figure);

/// Seconds of training in the log of a run; evaluation is left out.
double training_seconds(const std::filesystem::path& path);

/// Every number of the line but its step, as "kind/name": "training/loss", "evaluation/loss";
/// those of an object within it as "kind/object/name".
std::vector<report::Scalar> metric_scalars(const nlohmann::json& line);

}  // namespace roformer::train
