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

template <typename Use>
void for_each_drawable(const LineChart& chart, Use use) {
  for (const auto& series : chart.series) {
    require_equal_sizes(chart, series);
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      const Point point{series.x[i], series.y[i]};
      if (drawable(chart, point)) use(point);
    }
  }
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
  const std::size_t group = (series.x.size() + most - 1) / std::max<std::size_t>(1, most);
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
