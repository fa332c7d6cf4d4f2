#include "roformer/study/seed_series.h"

#include <fmt/format.h>

#include <map>

#include "roformer/metric/seed_interval.h"

namespace roformer::study {

report::Series mean_over_seeds(const std::string& model, const std::vector<report::Series>& runs) {
  report::Series line{model, {}, {}};
  line.colour_key = model;
  if (runs.size() > 1) line.band.emplace();
  std::map<double, std::vector<double>> values;
  for (const report::Series& run : runs) {
    for (std::size_t i = 0; i < run.x.size(); ++i) values[run.x[i]].push_back(run.y[i]);
  }
  for (const auto& [x, of_runs] : values) {
    if (of_runs.size() != runs.size()) continue;
    const metric::SeedMean mean = metric::seed_mean(of_runs);
    line.x.push_back(x);
    line.y.push_back(mean.mean);
    const auto interval = mean.interval();
    if (!interval) continue;
    line.band->lower.push_back(interval->lower);
    line.band->upper.push_back(interval->upper);
  }
  return line;
}

std::string band_title(std::int64_t seeds) {
  if (seeds < 2) return "";
  return fmt::format("line: mean, band: its 95 % interval (Student's t), {}",
                     metric::count_seeds(seeds));
}

}  // namespace roformer::study
