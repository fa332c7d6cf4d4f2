// Draws a LineChart with gnuplot's SVG terminal (gnuplot 5.4 manual, "svg").
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "roformer/base/command.h"
#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/report/line_chart.h"
#include "roformer/report/palette.h"
#include "roformer/report/plot_points.h"

namespace roformer::report {
namespace {

constexpr std::size_t most_points = 600;  // a series' share of a drawing stays below 12 kB
constexpr std::size_t few_points = 60;    // these are marked

// A single-quoted gnuplot string: only quotes are special in it.
std::string gnuplot_string(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += '\'';
    result += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return result + "'";
}

// Round numbers along a logarithmic axis; gnuplot labels only powers of ten, and there may be none.
std::string logarithmic_tics(char axis, Range range) {
  const double factor = range.high / range.low;
  if (factor > 1000) return "";
  const auto mantissas = factor > 8
                             ? std::vector{1.0, 2.0, 5.0}
                             : std::vector{1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0};
  std::string tics;
  for (double power = std::pow(10, std::floor(std::log10(range.low))); power <= range.high;
       power *= 10) {
    for (const double mantissa : mantissas)
      tics += fmt::format("{}{:g}", tics.empty() ? "" : ", ", mantissa * power);
  }
  return fmt::format("set {}tics ({})\n", axis, tics);
}

// Some room around the points; on a logarithmic axis gnuplot would go on to the next powers of ten.
std::string axis_range(char axis, Range range, bool logarithmic) {
  const double margin = axis == 'x' ? 0 : 0.04;
  if (logarithmic) {
    const double factor = range.low < range.high ? std::pow(range.high / range.low, margin) : 2;
    return logarithmic_tics(axis, range) +
           fmt::format("set logscale {}\nset {}range [{:.9g}:{:.9g}]\n", axis, axis,
                       range.low / factor, range.high * factor);
  }
  const double room = range.low < range.high ? (range.high - range.low) * margin
                                             : std::max(1.0, std::abs(range.low)) * 0.5;
  return fmt::format("set {}range [{:.9g}:{:.9g}]\n", axis, range.low - room, range.high + room);
}

std::string data_block(const LineChart& chart, const Series& series, std::size_t number) {
  std::string block = fmt::format("$series{} << END\n", number);
  for (const Point point : thinned_points(chart, series, most_points)) {
    block += drawable(chart, point) ? fmt::format("{:.9g} {:.9g}\n", point.x, point.y)
                                    : "\n";  // a blank line: a gap
  }
  return block + "END\n";
}

// x, lower and upper edge.
std::string band_block(const LineChart& chart, const Series& series, std::size_t number) {
  std::string block = fmt::format("$band{} << END\n", number);
  for (const BandPoint point : thinned_band(chart, series, most_points)) {
    block += std::isfinite(point.x)
                 ? fmt::format("{:.9g} {:.9g} {:.9g}\n", point.x, point.lower, point.upper)
                 : "\n";
  }
  return block + "END\n";
}

bool has_drawable_point(const LineChart& chart, const Series& series) {
  for (const Point point : thinned_points(chart, series, most_points)) {
    if (drawable(chart, point)) return true;
  }
  return false;
}

// gnuplot names each drawing "Gnuplot", which a browser would show under the mouse.
std::string without_title(std::string svg) {
  const auto begin = svg.find("<title>"), end = svg.find("</title>");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return svg;
  return svg.erase(begin, end + 8 - begin);
}

// What the bands say is a line of its own: in the legend it would make every column as wide.
std::string title_of(const LineChart& chart) {
  if (chart.band_title.empty()) return gnuplot_string(chart.title);
  return fmt::format("{}.\"\\n\".{}", gnuplot_string(chart.title),
                     gnuplot_string(chart.band_title));
}

// Dashed lines from bottom to top, their names at the top; those beyond the points are left out.
std::string mark_lines(const LineChart& chart) {
  const Range range = x_range(chart);
  std::string script;
  for (const Mark& mark : chart.marks) {
    if (!(mark.x >= range.low && mark.x <= range.high)) continue;
    script += fmt::format(
        "set arrow from first {0:.9g}, graph 0 to first {0:.9g}, graph 1 nohead dashtype 2 "
        "linecolor rgb '#888888'\n"
        "set label {1} at first {0:.9g}, graph 0.97 offset 0.5, 0 textcolor rgb '#444444'\n",
        mark.x, gnuplot_string(mark.name));
  }
  return script;
}

// The names stand below the plot, where no line runs.
std::string frame(const LineChart& chart, ChartSize size) {
  std::string script = fmt::format(
      "set terminal svg size {},{} dynamic noenhanced font 'sans-serif,12' linewidth 1.4\n"
      "set encoding utf8\n"
      "set border 3 linecolor rgb '#888888'\n"
      "set tics nomirror scale 0.5 textcolor rgb '#444444'\n"
      "set grid linecolor rgb '#E4E4E4' linewidth 0.7 linetype 1\n"
      "set key bmargin left horizontal Left reverse noopaque textcolor rgb '#222222'\n",
      size.width, size.height);
  script += fmt::format("set title {} textcolor rgb '#222222'\n", title_of(chart));
  script += fmt::format("set xlabel {} textcolor rgb '#444444'\n", gnuplot_string(chart.x_title));
  script += fmt::format("set ylabel {} textcolor rgb '#444444'\n", gnuplot_string(chart.y_title));
  return script + axis_range('x', x_range(chart), chart.log_x) +
         axis_range('y', y_range(chart), chart.log_y) + mark_lines(chart);
}

std::string colour(const Series& series, std::size_t place) {
  return series.colour_key.empty() ? colour_at(place) : colour_of(series.colour_key);
}

std::string line_element(const Series& series, std::size_t number) {
  const bool marked = series.x.size() <= few_points;
  return fmt::format("$series{} using 1:2 with {} linecolor rgb '{}' linewidth 1.4 {} title {}",
                     number, marked ? "linespoints" : "lines", colour(series, number),
                     marked ? "pointtype 7 pointsize 0.35" : "", gnuplot_string(series.name));
}

constexpr std::string_view band_fill = "fillstyle transparent solid 0.15 noborder";

std::string band_element(const Series& series, std::size_t number) {
  return fmt::format("$band{} using 1:2:3 with filledcurves fillcolor rgb '{}' {} notitle", number,
                     colour(series, number), band_fill);
}

std::string gnuplot_script(const LineChart& chart, ChartSize size) {
  std::string script = frame(chart, size);
  std::vector<std::string> bands, lines;  // lines over bands
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const Series& series = chart.series[i];
    if (!has_drawable_point(chart, series)) continue;
    script += data_block(chart, series, i);
    lines.push_back(line_element(series, i));
    if (!series.band) continue;
    script += band_block(chart, series, i);
    bands.push_back(band_element(series, i));
  }
  bands.insert(bands.end(), lines.begin(), lines.end());
  return fmt::format("{}plot {}\n", script, fmt::join(bands, ", "));
}

}  // namespace

std::optional<std::string> svg_chart(const LineChart& chart, ChartSize size) {
  if (x_range(chart).empty) return std::nullopt;
  if (!base::has_program("gnuplot")) {
    spdlog::warn("no chart '{}': gnuplot is not installed (package gnuplot-nox)", chart.title);
    return std::nullopt;
  }
  const auto result = base::run_command({"gnuplot"}, gnuplot_script(chart, size));
  const auto begin =
      result.output.find("<svg");  // behind the XML prologue, which HTML does not want
  const auto end = result.output.rfind("</svg>");
  if (result.status != 0 || begin == std::string::npos || end == std::string::npos) {
    spdlog::warn("no chart '{}': gnuplot failed (status {})", chart.title, result.status);
    return std::nullopt;
  }
  return without_title(result.output.substr(begin, end + 6 - begin));
}

}  // namespace roformer::report
