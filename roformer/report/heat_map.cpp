#include "roformer/report/heat_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "roformer/base/error.h"
#include "roformer/report/page.h"
#include "roformer/report/plot_points.h"

namespace roformer::report {
namespace {

constexpr double kWidth = 960, kLeft = 90, kTop = 34, kRight = 12, kRow = 18, kBelow = 84;
constexpr int kScaleSteps = 64;
constexpr std::size_t kMostTicks = 16;

struct Rgb {
  double red, green, blue;
};

// viridis at five places: its lightness rises evenly, so that it reads in grey and for the
// colour-blind too.
constexpr std::array<Rgb, 5> kColours = {
    {{68, 1, 84}, {59, 82, 139}, {33, 145, 140}, {94, 201, 98}, {253, 231, 37}}};

std::string colour_of_share(double share) {
  const double place = std::clamp(share, 0.0, 1.0) * (kColours.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(place), kColours.size() - 2);
  const double part = place - static_cast<double>(below);
  const auto mixed = [&](double Rgb::*channel) {
    const double value =
        (1 - part) * kColours[below].*channel + part * kColours[below + 1].*channel;
    return static_cast<int>(std::lround(value));
  };
  return fmt::format("#{:02X}{:02X}{:02X}", mixed(&Rgb::red), mixed(&Rgb::green),
                     mixed(&Rgb::blue));
}

Range range_of(const HeatMap& map) {
  Range range;
  for (const auto& row : map.values) {
    for (const double value : row) {
      if (std::isfinite(value)) range.include(value);
    }
  }
  return range;
}

double share_of(const Range& range, double value) {
  return range.high > range.low ? (value - range.low) / (range.high - range.low) : 0.5;
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escape_html(text));
}

std::string rectangle(double x, double y, double width, double height, const std::string& colour,
                      const std::string& title = "") {
  const std::string shape =
      fmt::format("<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"",
                  x, y, width, height, colour);
  if (title.empty()) return shape + "/>\n";
  return fmt::format("{}><title>{}</title></rect>\n", shape, escape_html(title));
}

std::string cells(const HeatMap& map, const Range& range, double cell_width) {
  std::string svg;
  for (std::size_t row = 0; row < map.values.size(); ++row) {
    const double y = kTop + kRow * static_cast<double>(row);
    svg += text_at(kLeft - 6, y + 13, "end", map.rows[row]);
    for (std::size_t column = 0; column < map.values[row].size(); ++column) {
      const double value = map.values[row][column];
      if (!std::isfinite(value)) continue;
      svg += rectangle(kLeft + cell_width * static_cast<double>(column), y, cell_width, kRow,
                       colour_of_share(share_of(range, value)),
                       fmt::format("{}, {}: {:.4g}", map.rows[row], column, value));
    }
  }
  return svg;
}

// Numbers of some columns, from 0.
std::string ticks(std::size_t columns, double cell_width, double y) {
  const std::size_t every = (columns + kMostTicks - 1) / kMostTicks;
  std::string svg;
  for (std::size_t column = 0; column < columns; column += every)
    svg += text_at(kLeft + cell_width * (static_cast<double>(column) + 0.5), y, "middle",
                   std::to_string(column));
  return svg;
}

std::string colour_scale(const Range& range, double y) {
  constexpr double width = 320, step = width / kScaleSteps;
  std::string svg = text_at(kLeft, y + 11, "end", fmt::format("{:.3g} ", range.low));
  for (int i = 0; i < kScaleSteps; ++i)
    svg += rectangle(kLeft + 6 + step * i, y, step, 14,
                     colour_of_share(static_cast<double>(i) / (kScaleSteps - 1)));
  return svg + text_at(kLeft + width + 12, y + 11, "start", fmt::format("{:.3g}", range.high));
}

}  // namespace

std::string svg_heat_map(const HeatMap& map) {
  base::require(map.rows.size() == map.values.size(),
                "[report] expected a name for each of {} rows but got {}", map.values.size(),
                map.rows.size());
  const std::size_t columns = map.values.empty() ? 0 : map.values.front().size();
  for (const auto& row : map.values)
    base::require(row.size() == columns, "[report] expected rows of {} values but got one of {}",
                  columns, row.size());
  const Range range = range_of(map);
  const double cell_width =
      (kWidth - kLeft - kRight) / static_cast<double>(std::max<std::size_t>(1, columns));
  const double bottom = kTop + kRow * static_cast<double>(map.values.size());
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
      "font-family=\"sans-serif\" font-size=\"12\" fill=\"#222222\" "
      "shape-rendering=\"crispEdges\">\n",
      kWidth, bottom + kBelow);
  svg += text_at(kWidth / 2, 18, "middle", map.title) + text_at(4, kTop - 6, "start", map.y_title);
  svg += cells(map, range, cell_width) + ticks(columns, cell_width, bottom + 15);
  svg += text_at(kWidth / 2, bottom + 34, "middle", map.x_title);
  if (!range.empty) svg += colour_scale(range, bottom + 52);
  return svg + "</svg>";
}

}  // namespace roformer::report
