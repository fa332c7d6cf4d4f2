#include "roformer/report/plot_points.h"

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"

namespace roformer::report {
namespace {

void require_equal_sizes(const LineChart& chart, const Series& series) {
  base::require(
      series.x.size() == series.y.size(),
      "[report] expected as many x as y in the series '{}' of the chart '{}' but got {} and {}",
      series.name, chart.title, series.x.size(), series.y.size());
}

void require_equal_sizes(const LineChart& chart, const Series& series, const Band& band) {
  for (const auto* edge : {&band.lower, &band.upper})
    base::require(
        edge->size() == series.x.size(),
        "[report] expected as many x as points of the band of the series '{}' of the chart '{}' "
        "but got {} and {}",
        series.name, chart.title, series.x.size(), edge->size());
}

template <typename Use>
void for_each_drawable(const LineChart& chart, const Series& series,
                       const std::vector<double>& values, Use use) {
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    const Point point{series.x[i], values[i]};
    if (drawable(chart, point)) use(point);
  }
}

// Of lines and of the edges of their bands.
template <typename Use>
void for_each_drawable(const LineChart& chart, Use use) {
  for (const auto& series : chart.series) {
    require_equal_sizes(chart, series);
    for_each_drawable(chart, series, series.y, use);
    if (!series.band) continue;
    require_equal_sizes(chart, series, *series.band);
    for_each_drawable(chart, series, series.band->lower, use);
    for_each_drawable(chart, series, series.band->upper, use);
  }
}

// How many neighbours become one, so that at most `most` remain.
std::size_t group_size(const Series& series, std::size_t most) {
  return (series.x.size() + most - 1) / std::max<std::size_t>(1, most);
}

// The mean of the band's points `begin` … `end` − 1 that can be drawn.
BandPoint mean_band(const LineChart& chart, const Series& series, std::size_t begin,
                    std::size_t end) {
  BandPoint sum{0, 0, 0};
  double count = 0;
  for (std::size_t i = begin; i < end; ++i) {
    const double x = series.x[i], lower = series.band->lower[i], upper = series.band->upper[i];
    if (!drawable(chart, {x, lower}) || !drawable(chart, {x, upper})) continue;
    sum = {sum.x + x, sum.lower + lower, sum.upper + upper};
    ++count;
  }
  return {sum.x / count, sum.lower / count, sum.upper / count};
}

}  // namespace

void Range::include(double value) {
  low = empty ? value : std::min(low, value);
  high = empty ? value : std::max(high, value);
  empty = false;
}

bool drawable(const LineChart& chart, Point point) {
  if (!std::isfinite(point.x) || !std::isfinite(point.y)) return false;
  return (!chart.log_x || point.x > 0) && (!chart.log_y || point.y > 0);
}

std::vector<Point> thinned_points(const LineChart& chart, const Series& series, std::size_t most) {
  require_equal_sizes(chart, series);
  const std::size_t group = group_size(series, most);
  std::vector<Point> points;
  for (std::size_t begin = 0; begin < series.x.size(); begin += group) {
    const std::size_t end = std::min(series.x.size(), begin + group);
    Point sum{0, 0};
    double count = 0;
    for (std::size_t i = begin; i < end; ++i) {
      if (group > 1 && !drawable(chart, {series.x[i], series.y[i]})) continue;
      sum = {sum.x + series.x[i], sum.y + series.y[i]};
      ++count;
    }
    if (count > 0) points.push_back({sum.x / count, sum.y / count});
  }
  return points;
}

std::vector<BandPoint> thinned_band(const LineChart& chart, const Series& series,
                                    std::size_t most) {
  std::vector<BandPoint> points;
  if (!series.band) return points;
  require_equal_sizes(chart, series, *series.band);
  const std::size_t group = group_size(series, most);
  for (std::size_t begin = 0; begin < series.x.size(); begin += group)
    points.push_back(mean_band(chart, series, begin, std::min(series.x.size(), begin + group)));
  return points;
}

Range x_range(const LineChart& chart) {
  Range range;
  for_each_drawable(chart, [&](Point point) { range.include(point.x); });
  return range;
}

Range y_range(const LineChart& chart) {
  Range range;
  for_each_drawable(chart, [&](Point point) { range.include(point.y); });
  return range;
}

}  // namespace roformer::report
