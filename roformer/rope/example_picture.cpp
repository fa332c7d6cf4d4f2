// The turning pairs as SVG: a circle for each pair, an arrow for each position.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "roformer/rope/example.h"

namespace roformer::rope {
namespace {

constexpr double kCell = 180;   // width of a pair's plane
constexpr double kRadius = 62;  // of the longest vector
constexpr double kMiddle = 88;  // height of the planes' centres
constexpr double kHeight = 196;

double length_of(const Vector& x, std::size_t pair) {
  return std::hypot(x[2 * pair], x[2 * pair + 1]);
}

double longest_pair(const Example& example) {
  double longest = 0;
  for (const ExampleStep& step : example.steps) {
    for (std::size_t i = 0; i < example.frequencies.size(); ++i)
      longest = std::max(longest, length_of(step.query, i));
  }
  return longest > 0 ? longest : 1;
}

void append_plane(std::string& svg, double x, double radius, std::size_t pair, double frequency) {
  fmt::format_to(std::back_inserter(svg),
                 "<circle cx=\"{0}\" cy=\"{1}\" r=\"{2:.2f}\" fill=\"none\" stroke=\"#ccc\"/>"
                 "<path d=\"M{3} {1}H{4}M{0} {5}V{6}\" stroke=\"#ddd\"/>"
                 "<text x=\"{0}\" y=\"184\">dimensions {7}, {8}: θ = {9:.4g}</text>\n",
                 x, kMiddle, radius, x - kRadius, x + kRadius, kMiddle - kRadius, kMiddle + kRadius,
                 2 * pair, 2 * pair + 1, frequency);
}

// From pale to dark as the positions go on.
std::string arrow_colour(std::size_t number, std::size_t count) {
  const double share = count > 1 ? static_cast<double>(number) / static_cast<double>(count - 1) : 1;
  return fmt::format("hsl(205,90%,{:.0f}%)", 72 - 42 * share);
}

void append_arrow(std::string& svg, double x, double dx, double dy, std::int64_t position,
                  const std::string& colour) {
  const double tip_x = x + dx, tip_y = kMiddle - dy;
  const double size = std::max(std::hypot(dx, dy), 1e-9);
  fmt::format_to(
      std::back_inserter(svg),
      "<path d=\"M{:.2f} {:.2f}L{:.2f} {:.2f}\" stroke=\"{}\" stroke-width=\"2\" "
      "marker-end=\"url(#tip)\"/><text x=\"{:.2f}\" y=\"{:.2f}\" fill=\"{}\">{}</text>\n",
      x, kMiddle, tip_x, tip_y, colour, tip_x + 11 * dx / size, tip_y - 11 * dy / size + 4, colour,
      position);
}

}  // namespace

std::string example_picture(const Example& example) {
  const std::size_t pairs = example.frequencies.size();
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" "
      "font-family=\"sans-serif\" font-size=\"11\" text-anchor=\"middle\">\n"
      "<defs><marker id=\"tip\" markerWidth=\"5\" markerHeight=\"5\" refX=\"4\" refY=\"2.5\" "
      "orient=\"auto\"><path d=\"M0 0L5 2.5L0 5z\" fill=\"#0072B2\"/></marker></defs>\n",
      kCell * static_cast<double>(pairs), kHeight);
  const double scale = kRadius / longest_pair(example);
  for (std::size_t i = 0; i < pairs; ++i) {
    const double x = kCell * (static_cast<double>(i) + 0.5);
    append_plane(svg, x, scale * length_of(example.steps.front().query, i), i,
                 example.frequencies[i]);
    for (std::size_t p = 0; p < example.steps.size(); ++p) {
      const ExampleStep& step = example.steps[p];
      append_arrow(svg, x, scale * step.query[2 * i], scale * step.query[2 * i + 1], step.position,
                   arrow_colour(p, example.steps.size()));
    }
  }
  return svg + "</svg>\n";
}

}  // namespace roformer::rope
