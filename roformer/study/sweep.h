// A grid of values for keys of a recipe, each point trained over several seeds. The point is chosen
// by the figure that decides on the validation part and reported by its figures on the test part, which nothing
// has looked at until then.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "roformer/train/task.h"

namespace roformer::study {

/// A key of a recipe and the values that are tried.
struct GridAxis {
  std::string key;
  std::vector<std::string> values;  // as --set takes them
};

/// Of "optimizer.learning_rate=5e-4,1e-3". A comma within brackets or quotes divides nothing.
/// Throws Error where a key or a value is missing, or a value is there twice.
GridAxis parse_axis(std::string_view text);

/// What a user chooses of a sweep.
struct SweepOptions {
  std::string recipe;                // a file, or the name of one of ours
  std::vector<GridAxis> grid;        // one or more
  std::vector<std::string> changes;  // section.key=value, of every run
  std::int64_t seeds = 1;            // runs of each point, with seeds 0, 1, …
  std::filesystem::path out;         // of the runs and of what is written of them
  std::int64_t jobs = 0;             // runs at once; 0: as many as there are processors for
  std::int64_t threads = 0;          // of each run; 0: the recipe's run.threads, 1 where that is 0
  std::string device = "cpu";
  std::filesystem::path program;  // `roformer`, which trains each run
};

/// A point of the grid and what its runs have come to.
struct SweepPoint {
  std::vector<std::string> changes;         // key=value, one an axis
  std::string name;                         // "learning_rate 5e-4, hidden_size 64"
  std::vector<std::filesystem::path> runs;  // their folders, by seed
  std::vector<double> validation;           // what decides at the end, by seed; NaN: none
  std::vector<std::string> failures;        // why, by seed; empty: it did not

  bool is_whole() const;  // whether every seed has a figure
};

/// All combinations of the values, the last axis fastest, without runs.
std::vector<SweepPoint> grid_points(const std::vector<GridAxis>& grid);

/// What the folders of a point's runs begin with: "learning_rate-5e-4". The same in every sweep
/// that has the point, so that another grid in the same folder finds its runs.
std::string folder_name(const SweepPoint& point, const std::vector<GridAxis>& grid);

/// The point of the best mean on the validation part over the seeds, of equal ones the first. A
/// point with a run that failed is none. Throws Error where none is left.
std::size_t choose(const std::vector<SweepPoint>& points, const train::DecidingFigure& deciding);

struct SweepResult {
  int signal = 0;  // that stopped it; then nothing below is whole
  std::vector<SweepPoint> points;
  train::DecidingFigure deciding;
  std::size_t chosen = 0;
  std::vector<train::Metrics> test;  // the chosen point's figures on the test part, by seed
  std::string data;                  // a line on the text
};

/// Trains what is missing and goes on with what was stopped, each run as the process
/// `program train`, with the same number of threads however many there are at once: the result
/// does not depend on `jobs`. Throws Error, before any text is read, for a key that is unknown, set
/// by hand too, or changes what is scored; and where the text has no test part.
SweepResult run_sweep(const SweepOptions& options);

}  // namespace roformer::study
