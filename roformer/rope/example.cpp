#include "roformer/rope/example.h"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "roformer/base/error.h"
#include "roformer/rope/rotation.h"

namespace roformer::rope {
namespace {

Vector numbers_of(const torch::Tensor& tensor) {
  const auto flat = tensor.contiguous().view(-1);
  const double* data = flat.const_data_ptr<double>();
  return Vector(data, data + flat.numel());
}

Matrix rows_of(const torch::Tensor& tensor) {
  Matrix rows;
  for (const auto& row : tensor.unbind(0)) rows.push_back(numbers_of(row));
  return rows;
}

// (R_m x) for each position: (P, D).
torch::Tensor turned(const Vector& x, const torch::Tensor& positions, const Vector& frequencies) {
  const auto repeated = torch::tensor(x, torch::kFloat64).repeat({positions.size(0), 1});
  return rotate(repeated, angles(positions, Frequencies{frequencies}, torch::kFloat64));
}

std::vector<DistanceScore> scores_by_distance(const std::vector<std::int64_t>& positions,
                                              const Matrix& scores) {
  std::map<std::int64_t, Vector> groups;
  for (std::size_t m = 0; m < positions.size(); ++m) {
    for (std::size_t n = 0; n < positions.size(); ++n)
      groups[positions[m] - positions[n]].push_back(scores[m][n]);
  }
  std::vector<DistanceScore> result;
  for (const auto& [distance, values] : groups) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    double sum = 0;
    for (const double value : values) sum += value;
    result.push_back({distance, static_cast<std::int64_t>(values.size()),
                      sum / static_cast<double>(values.size()), *high - *low});
  }
  return result;
}

void validate_example(const ExampleInputs& inputs) {
  base::require(inputs.query.size() == inputs.key.size(),
                "[rope] expected a query and a key of one size but got {} and {} numbers",
                inputs.query.size(), inputs.key.size());
  base::require(!inputs.positions.empty(), "[rope] expected at least one position but got none");
}

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

Example worked_example(const ExampleInputs& inputs) {
  validate_example(inputs);
  Example example;
  const auto size = static_cast<std::int64_t>(inputs.query.size());
  example.frequencies = plain_frequencies(size, inputs.base);
  const auto positions = torch::tensor(inputs.positions, torch::kInt64);
  const auto queries = turned(inputs.query, positions, example.frequencies);
  const auto keys = turned(inputs.key, positions, example.frequencies);
  for (std::size_t p = 0; p < inputs.positions.size(); ++p) {
    ExampleStep step;
    step.position = inputs.positions[p];
    for (const double frequency : example.frequencies)
      step.angles.push_back(static_cast<double>(step.position) * frequency);
    step.rotation = rows_of(rotation_matrix(step.position, size, inputs.base));
    step.query = numbers_of(queries[static_cast<std::int64_t>(p)]);
    step.key = numbers_of(keys[static_cast<std::int64_t>(p)]);
    example.steps.push_back(std::move(step));
  }
  example.scores = rows_of(torch::matmul(queries, keys.t()));
  example.by_distance = scores_by_distance(inputs.positions, example.scores);
  return example;
}

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
