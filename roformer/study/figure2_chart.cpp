#include "roformer/study/figure2_chart.h"

#include <fmt/format.h>

#include "roformer/rope/decay.h"

namespace roformer::study {
namespace {

template <typename Curve>
report::Series series_of(const std::string& name, const rope::Frequencies& frequencies,
                         std::int64_t most, const Curve& curve) {
  report::Series series{name, {}, {}};
  for (std::int64_t distance = 0; distance <= most; ++distance) {
    series.x.push_back(static_cast<double>(distance));
    series.y.push_back(curve(frequencies.inverse, series.x.back()));
  }
  return series;
}

// 0, 1, 2, 5, 10, 20, 50, … and the last.
std::vector<std::size_t> round_distances(std::int64_t most) {
  std::vector<std::size_t> distances = {0};
  for (std::int64_t power = 1; power <= most; power *= 10) {
    for (const std::int64_t mantissa : {1, 2, 5}) {
      if (mantissa * power < most) distances.push_back(static_cast<std::size_t>(mantissa * power));
    }
  }
  if (most > 0) distances.push_back(static_cast<std::size_t>(most));
  return distances;
}

}  // namespace

report::Series bound_series(const std::string& name, const rope::Frequencies& frequencies,
                            std::int64_t most) {
  return series_of(name, frequencies, most, rope::decay_bound);
}

report::Series expected_series(const std::string& name, const rope::Frequencies& frequencies,
                               std::int64_t most) {
  return series_of(name, frequencies, most, rope::expected_score);
}

report::Table sampled_table(const report::LineChart& chart, std::int64_t most) {
  report::Table table;
  table.caption = fmt::format("{}: {}", chart.title, chart.y_title);
  table.columns = {"distance"};
  table.align = {report::Align::right};
  for (const auto& series : chart.series) table.columns.push_back(series.name);
  for (const std::size_t distance : round_distances(most)) {
    std::vector<std::string> row = {std::to_string(distance)};
    for (const auto& series : chart.series)
      row.push_back(distance < series.y.size() ? fmt::format("{:.3f}", series.y[distance]) : "");
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace roformer::study
