// The points of a chart that can be drawn, and the box around them: what SVG and text chart share.
#pragma once
#include <cstddef>
#include <vector>

#include "roformer/report/line_chart.h"

namespace roformer::report {

struct Point {
  double x;
  double y;
};

/// A band where the line has a point.
struct BandPoint {
  double x;
  double lower;
  double upper;
};

/// A range of one axis; empty as long as nothing was put in.
struct Range {
  double low = 0;
  double high = 0;
  bool empty = true;
  /// Widens the range so that it holds `value`.
  void include(double value);
};

/// Whether a point can stand in the chart: finite, and above zero on logarithmic axes.
bool drawable(const LineChart& chart, Point point);

/// The points of a series, neighbours averaged so that at most `most` remain. Keeps points that
/// cannot be drawn (gaps) where nothing is averaged. Throws Error if x and y differ in size.
std::vector<Point> thinned_points(const LineChart& chart, const Series& series, std::size_t most);

/// The band of a series in the same way; empty for a series without. Where nothing of it can be
/// drawn a point of NaN leaves a gap. Throws Error if it differs from x in size.
std::vector<BandPoint> thinned_band(const LineChart& chart, const Series& series, std::size_t most);

/// The range of all drawable points along x.
Range x_range(const LineChart& chart);
/// The range of all drawable points along y, those of bands too.
Range y_range(const LineChart& chart);

}  // namespace roformer::report
