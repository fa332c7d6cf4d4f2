// Any runs beside each other: those that differ in nothing but the seed are one model.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "roformer/metric/seed_interval.h"
#include "roformer/report/table.h"

namespace roformer::study {

/// Runs of one recipe.
struct RunGroup {
  std::string name;                                    // what tells it from the other groups
  std::map<std::int64_t, std::filesystem::path> runs;  // by seed
};

/// The runs among some paths and in folders of runs, in the order given; what is neither is left
/// out and named on standard error. Throws Error where there is none.
std::vector<std::filesystem::path> find_runs(const std::vector<std::filesystem::path>& paths);

/// Groups in the order of their first runs. Throws Error naming the folder for one that is no run,
/// and for two runs of one recipe and seed.
std::vector<RunGroup> group_by_seed(const std::vector<std::filesystem::path>& runs);

/// Values of one figure, by seed.
using BySeed = std::map<std::int64_t, double>;

struct RunComparison {
  std::vector<RunGroup> groups;
  std::int64_t step = 0;                    // the last one at which all runs were evaluated
  std::vector<std::string> figures;         // of their evaluations, the loss first
  std::vector<std::vector<BySeed>> values;  // by group, by figure
  std::vector<std::string> notes;           // what makes the figures differ beside the models
};

/// Reads the runs' metrics. Throws Error as group_by_seed does, and where no step was evaluated in
/// all runs.
RunComparison compare_runs(const std::vector<std::filesystem::path>& runs);

/// How much a figure of a group exceeds the first group's, over the seeds that both have; none
/// where they share none. Group and figure by their numbers.
std::optional<metric::SeedDifference> difference_to_first(const RunComparison& comparison,
                                                          std::size_t group, std::size_t figure);

/// A row a group: its seeds, its figures, and the paired difference of the loss to the first group.
report::Table comparison_table(const RunComparison& comparison);

/// In words: what may be said of each group's loss beside the first group's.
std::vector<std::string> comparison_verdicts(const RunComparison& comparison);

/// Writes report.html into `out`: table, curves of mean and band, and the way to each run.
/// `command` is the one that made it.
void write_comparison(const RunComparison& comparison, const std::filesystem::path& out,
                      const std::string& command);

}  // namespace roformer::study
