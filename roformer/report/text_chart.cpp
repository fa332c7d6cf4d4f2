// Draws a LineChart with characters, for the terminal.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "roformer/report/line_chart.h"
#include "roformer/report/plot_points.h"
#include "roformer/report/table.h"

namespace roformer::report {
namespace {

// Maps values to cells 0 … cells − 1.
class CellAxis {
 public:
  CellAxis(Range range, bool logarithmic, int cells) : logarithmic_(logarithmic), cells_(cells) {
    low_ = place(range.low);
    high_ = place(range.high);
  }
  int cell(double value) const {
    if (high_ <= low_) return cells_ / 2;
    return static_cast<int>(std::lround((place(value) - low_) / (high_ - low_) * (cells_ - 1)));
  }

 private:
  double place(double value) const { return logarithmic_ ? std::log(value) : value; }
  bool logarithmic_;
  int cells_;
  double low_ = 0;
  double high_ = 0;
};

class Canvas {
 public:
  Canvas(int width, int height)
      : rows_(static_cast<std::size_t>(height), std::string(static_cast<std::size_t>(width), ' ')) {
  }
  void put(int x, int y, char mark) {
    char& cell = rows_[rows_.size() - 1 - static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
    cell = cell == ' ' || cell == mark ? mark : '*';
  }
  const std::vector<std::string>& rows() const { return rows_; }

 private:
  std::vector<std::string> rows_;
};

char letter(std::size_t series) {
  return static_cast<char>('A' + series % 26);
}

std::string spaces(int count) {
  return std::string(static_cast<std::size_t>(std::max(0, count)), ' ');
}

}  // namespace

std::string text_chart(const LineChart& chart, int width, int height) {
  const Range x = x_range(chart), y = y_range(chart);
  if (x.empty) return fmt::format("{}: nothing to draw\n", chart.title);
  width = std::max(width, 8);
  height = std::max(height, 3);
  const CellAxis x_axis(x, chart.log_x, width), y_axis(y, chart.log_y, height);
  Canvas canvas(width, height);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    for (const Point point :
         thinned_points(chart, chart.series[i], static_cast<std::size_t>(width))) {
      if (drawable(chart, point)) canvas.put(x_axis.cell(point.x), y_axis.cell(point.y), letter(i));
    }
  }

  const auto top = fmt::format("{:.4g}", y.high), bottom = fmt::format("{:.4g}", y.low);
  const int margin = std::max(display_width(top), display_width(bottom));
  std::string text =
      fmt::format("{}{}{}\n", chart.title, chart.title.empty() ? "" : ": ", chart.y_title);
  for (std::size_t row = 0; row < canvas.rows().size(); ++row) {
    const std::string& label = row == 0                          ? top
                               : row + 1 == canvas.rows().size() ? bottom
                                                                 : std::string();
    text += fmt::format("{:>{}} │{}\n", label, margin, canvas.rows()[row]);
  }
  text += spaces(margin + 1) + "└";
  for (int i = 0; i < width; ++i) text += "─";
  const auto left = fmt::format("{:.4g}", x.low),
             right = fmt::format("{:.4g} {}", x.high, chart.x_title);
  text += fmt::format("\n{}{}{}{}\n", spaces(margin + 2), left,
                      spaces(width - display_width(left) - display_width(right)), right);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    text += fmt::format("{}{} {}", i == 0 ? spaces(margin + 2) : "   ", letter(i),
                        chart.series[i].name);
  }
  return text + (chart.series.size() > 1 ? "   * several\n" : "\n");
}

}  // namespace roformer::report
