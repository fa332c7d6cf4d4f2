// Line charts with several series: as SVG, drawn by gnuplot, and as text for the terminal.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace roformer::report {

struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;  // as many as x; what is not finite leaves a gap
};

struct LineChart {
  std::string title;
  std::string x_title;
  std::string y_title;
  std::vector<Series> series;
  bool log_x = false;
  bool log_y = false;
};

/// An <svg> element. Nothing where gnuplot is not installed (a warning says so) or nothing can be
/// drawn. Throws Error if x and y of a series differ in size.
std::optional<std::string> svg_chart(const LineChart& chart);

/// The chart in characters, `width` by `height` cells of plot; each series has a letter of its own
/// (A, B, …).
std::string text_chart(const LineChart& chart, int width = 64, int height = 14);

}  // namespace roformer::report
