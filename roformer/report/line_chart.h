// Line charts with several series: as SVG, drawn by gnuplot, and as text for the terminal.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace roformer::report {

/// What a line is the middle of, such as the runs over several seeds.
struct Band {
  std::vector<double> lower, upper;  // as many as the line's points
};

struct Series {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;  // as many as x; what is not finite leaves a gap
  std::optional<Band> band = std::nullopt;
  std::string colour_key = {};  // whose colour the line has (palette.h); empty: that of its place
};

/// A place on the x axis that is told apart by a vertical line.
struct Mark {
  double x = 0;
  std::string name;
};

struct LineChart {
  std::string title;
  std::string x_title;
  std::string y_title;
  std::vector<Series> series;
  bool log_x = false;
  bool log_y = false;
  std::string band_title = {};  // what the bands say, a line below the title
  std::vector<Mark> marks = {};
};

/// In units of the drawing, which scales with the page; letters are 12 of them high.
struct ChartSize {
  int width = 960;
  int height = 400;
};

/// An <svg> element, the legend below the plot. Nothing where gnuplot is not installed (a warning
/// says so) or nothing can be drawn. Throws Error if x, y and band of a series differ in size.
std::optional<std::string> svg_chart(const LineChart& chart, ChartSize size = {});

/// The chart in characters, `width` by `height` cells of plot; each series has a letter of its own
/// (A, B, …). Bands are left out.
std::string text_chart(const LineChart& chart, int width = 64, int height = 14);

}  // namespace roformer::report
