#include "roformer/study/sweep_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "roformer/base/file.h"
#include "roformer/base/shell_word.h"
#include "roformer/metric/seed_interval.h"
#include "roformer/report/page.h"
#include "roformer/study/learning_curve.h"
#include "roformer/study/report_sources.h"
#include "roformer/study/seed_series.h"
#include "roformer/train/training_report.h"

namespace roformer::study {
namespace {

namespace fs = std::filesystem;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::string value_after_equals(const std::string& change) {
  return change.substr(change.find('=') + 1);
}

std::optional<double> number_in(const std::string& text) {
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

// The figures of one name, by seed.
std::vector<double> values_of(const std::vector<train::Metrics>& seeds, std::size_t figure) {
  std::vector<double> values;
  for (const auto& figures : seeds) values.push_back(figures.at(figure).second);
  return values;
}

std::string spread_cell(const std::vector<double>& values) {
  return metric::format_mean(metric::seed_mean(values), 4);
}

std::string validation_cell(const SweepPoint& point) {
  if (point.is_whole()) return spread_cell(point.validation);
  const auto failed = std::count_if(point.failures.begin(), point.failures.end(),
                                    [](const std::string& why) { return !why.empty(); });
  return fmt::format("{} of {} runs failed", failed, point.failures.size());
}

// Of one number, null of none.
nlohmann::ordered_json spread_json(const std::vector<double>& values) {
  nlohmann::ordered_json json;
  const metric::SeedMean mean = metric::seed_mean(values);
  json["mean"] = mean.mean;
  if (const auto interval = mean.interval())
    json["interval_95"] = {interval->lower, interval->upper};
  json["values"] = values;
  return json;
}

nlohmann::ordered_json changes_json(const SweepPoint& point) {
  nlohmann::ordered_json json;
  for (const auto& change : point.changes)
    json[change.substr(0, change.find('='))] = value_after_equals(change);
  return json;
}

// "validation loss" for people; of JSON "validation_loss".
std::string validation_name(const SweepResult& result, char between) {
  return std::string("validation") + between + result.deciding.name;
}

nlohmann::ordered_json point_json(const SweepPoint& point, const std::string& validation) {
  nlohmann::ordered_json json;
  json["changes"] = changes_json(point);
  json["name"] = point.name;
  json[validation] = point.is_whole() ? spread_json(point.validation) : nlohmann::ordered_json();
  for (std::size_t seed = 0; seed < point.runs.size(); ++seed) {
    auto& run = json["runs"].emplace_back();
    run["seed"] = seed;
    run["folder"] = point.runs[seed].filename().string();
    if (!point.failures[seed].empty()) run["failure"] = point.failures[seed];
  }
  return json;
}

// The first axis all of whose values are numbers, of two or more.
std::optional<std::size_t> axis_of_numbers(const std::vector<GridAxis>& grid) {
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (grid[i].values.size() > 1 &&
        std::all_of(grid[i].values.begin(), grid[i].values.end(),
                    [](const std::string& value) { return number_in(value).has_value(); }))
      return i;
  }
  return std::nullopt;
}

// What a point has beside one axis.
std::string name_without(const SweepPoint& point, std::size_t axis) {
  std::vector<std::string> rest;
  for (std::size_t i = 0; i < point.changes.size(); ++i)
    if (i != axis) rest.push_back(point.changes[i].substr(point.changes[i].rfind('.') + 1));
  return rest.empty() ? std::string("mean over the seeds")
                      : fmt::format("{}", fmt::join(rest, ", "));
}

report::LineChart curves_of_points(const SweepOptions& options, const SweepResult& result) {
  const std::string& figure = result.deciding.name;
  report::LineChart chart{
      fmt::format("Validation part while training: {}", figure), "step", figure, {}};
  chart.band_title = band_title(options.seeds);
  for (const SweepPoint& point : result.points) {
    if (!point.is_whole()) continue;
    std::vector<report::Series> runs;
    for (const auto& run : point.runs)
      runs.push_back(train::metric_series(run / "metrics.jsonl", "evaluation", figure, point.name));
    chart.series.push_back(mean_over_seeds(point.name, runs));
    chart.series.back().colour_key.clear();
  }
  return chart;
}

bool spans_decades(const std::vector<double>& x) {
  const auto [least, most] = std::minmax_element(x.begin(), x.end());
  constexpr double wide = 4;
  return *least > 0 && *most / *least >= wide;
}

}  // namespace

std::string sweep_command(const SweepOptions& options) {
  std::string command = "roformer sweep " + base::shell_path(options.recipe);
  for (const GridAxis& axis : options.grid)
    command +=
        " --grid " + base::shell_word(fmt::format("{}={}", axis.key, fmt::join(axis.values, ",")));
  command += fmt::format(" --seeds {}", options.seeds);
  for (const auto& change : options.changes) command += " --set " + base::shell_word(change);
  if (options.threads > 0) command += fmt::format(" --threads {}", options.threads);
  if (options.device != "cpu") command += " --device " + base::shell_word(options.device);
  return command + " --out " + base::shell_path(options.out);
}

report::Table sweep_table(const SweepOptions& options, const SweepResult& result) {
  const train::Metrics names = result.test.empty() ? train::Metrics() : result.test.front();
  report::Table table;
  table.caption = fmt::format(
      "Chosen by the mean {} on the validation part at the end of training; reported on the test "
      "part, which nothing was chosen by{}",
      result.deciding.name, options.seeds > 1 ? "; " + metric::interval_note(options.seeds) : "");
  for (const GridAxis& axis : options.grid) table.columns.push_back(axis.key);
  table.columns.push_back(validation_name(result, ' '));
  table.columns.emplace_back("");
  for (const auto& [name, value] : names) table.columns.push_back("test " + name);
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    const SweepPoint& point = result.points[i];
    std::vector<std::string> row;
    for (const auto& change : point.changes) row.push_back(value_after_equals(change));
    row.push_back(validation_cell(point));
    row.emplace_back(i == result.chosen ? "chosen" : "");
    for (std::size_t figure = 0; i == result.chosen && figure < names.size(); ++figure)
      row.push_back(spread_cell(values_of(result.test, figure)));
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<std::string> sweep_notes(const SweepOptions& options, const SweepResult& result) {
  std::vector<std::string> notes = {result.data};
  notes.push_back(fmt::format(
      "Chosen: {}. The {} of the best of {} points is too good by the choice; the test "
      "figures are not.",
      result.points[result.chosen].name, validation_name(result, ' '), result.points.size()));
  if (options.seeds < 2)
    notes.emplace_back("One seed: points may differ by chance; --seeds 3 tells more.");
  const auto axis = axis_of_numbers(options.grid);
  if (axis && options.grid[*axis].values.size() > 2) {
    std::vector<double> values;
    for (const auto& value : options.grid[*axis].values) values.push_back(*number_in(value));
    const double chosen =
        *number_in(value_after_equals(result.points[result.chosen].changes[*axis]));
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    if (chosen == *least || chosen == *most)
      notes.push_back(fmt::format(
          "The chosen {} is at the edge of the grid: values beyond it may be better, and the same "
          "--out takes a wider grid without repeating a run.",
          options.grid[*axis].key));
  }
  for (const SweepPoint& point : result.points)
    for (std::size_t seed = 0; seed < point.failures.size(); ++seed)
      if (!point.failures[seed].empty())
        notes.push_back(fmt::format("{}, seed {} failed, so that the point could not be chosen: {}",
                                    point.name, seed, point.failures[seed]));
  return notes;
}

report::LineChart grid_chart(const SweepOptions& options, const SweepResult& result) {
  const auto axis = axis_of_numbers(options.grid);
  if (!axis) return {};
  const std::string& figure = result.deciding.name;
  report::LineChart chart{fmt::format("Validation part at the end of training: {}", figure),
                          options.grid[*axis].key,
                          figure,
                          {}};
  chart.band_title = band_title(options.seeds);
  std::map<std::string, std::map<double, const SweepPoint*>> lines;
  std::vector<std::string> order;
  std::vector<double> all;
  for (const SweepPoint& point : result.points) {
    const std::string name = name_without(point, *axis);
    if (!lines.contains(name)) order.push_back(name);
    all.push_back(*number_in(value_after_equals(point.changes[*axis])));
    lines[name][all.back()] = &point;
  }
  chart.log_x = spans_decades(all);
  for (const auto& name : order) {
    report::Series series{name, {}, {}};
    if (options.seeds > 1) series.band.emplace();
    for (const auto& [x, point] : lines[name]) {
      const auto mean = point->is_whole() ? metric::seed_mean(point->validation)
                                          : metric::SeedMean{kNone, kNone, options.seeds};
      series.x.push_back(x);
      series.y.push_back(mean.mean);
      if (!series.band) continue;
      series.band->lower.push_back(mean.mean - mean.half_width);
      series.band->upper.push_back(mean.mean + mean.half_width);
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

nlohmann::ordered_json sweep_json(const SweepOptions& options, const SweepResult& result) {
  nlohmann::ordered_json json;
  json["command"] = sweep_command(options);
  json["seeds"] = options.seeds;
  for (const GridAxis& axis : options.grid) json["grid"][axis.key] = axis.values;
  const std::string validation = validation_name(result, '_');
  json["chosen_by"] = {{"part", "validation"}, {"figure", result.deciding.name}};
  json["reported_on"] = {{"part", "test"}};
  for (const SweepPoint& point : result.points)
    json["points"].push_back(point_json(point, validation));
  const SweepPoint& chosen = result.points.at(result.chosen);
  auto& best = json["chosen"];
  best["changes"] = changes_json(chosen);
  best["name"] = chosen.name;
  best[validation] = spread_json(chosen.validation);
  for (std::size_t figure = 0; figure < result.test.front().size(); ++figure)
    best["test"][result.test.front()[figure].first] = spread_json(values_of(result.test, figure));
  return json;
}

void write_sweep(const SweepOptions& options, const SweepResult& result) {
  report::Page page(fmt::format("Sweep of {}", fs::path(options.recipe).stem().string()));
  for (const auto& note : sweep_notes(options, result)) page.paragraph(note);
  page.section("Points").table(sweep_table(options, result));
  if (const auto chart = grid_chart(options, result); !chart.series.empty())
    page.section("By value").chart(chart);
  page.section("Learning curves").chart(curves_of_points(options, result));
  ReportSources sources{sweep_command(options), {}};
  for (const SweepPoint& point : result.points)
    for (std::size_t seed = 0; seed < point.runs.size(); ++seed)
      sources.runs.push_back(
          {fmt::format("{}, seed {}", point.name, seed), point.runs[seed].filename()});
  add_sources(page, sources);
  report::write_html(options.out / "report.html", page);
  base::write_file_atomically(options.out / "sweep.json",
                              sweep_json(options, result).dump(2) + "\n");
}

}  // namespace roformer::study
