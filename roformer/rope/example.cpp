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

constexpr double kCell = 264;   // width of a pair's plane
constexpr double kRadius = 62;  // of the longest vector
constexpr double kMiddle = 90;  // height of the planes' centres
constexpr double kHeight = 204;
constexpr double kHead = 9;      // length of an arrow's head
constexpr double kLetters = 12;  // height of a label, and how far it is from the tip

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
                 "<text x=\"{0}\" y=\"196\">dimensions {7}, {8}: θ = {9:.4g}</text>\n",
                 x, kMiddle, radius, x - kRadius, x + kRadius, kMiddle - kRadius, kMiddle + kRadius,
                 2 * pair, 2 * pair + 1, frequency);
}

// From pale to dark as the positions go on.
std::string arrow_colour(std::size_t number, std::size_t count) {
  const double share = count > 1 ? static_cast<double>(number) / static_cast<double>(count - 1) : 1;
  return fmt::format("hsl(205,90%,{:.0f}%)", 72 - 42 * share);
}

// The turned query in one plane, in the picture's units; y upward.
struct Arrow {
  std::int64_t position;
  double x, y;
  std::string colour;
  double length() const { return std::hypot(x, y); }
};

std::vector<Arrow> arrows_of(const Example& example, std::size_t pair, double scale) {
  std::vector<Arrow> arrows;
  for (std::size_t p = 0; p < example.steps.size(); ++p) {
    const ExampleStep& step = example.steps[p];
    arrows.push_back({step.position, scale * step.query[2 * pair], scale * step.query[2 * pair + 1],
                      arrow_colour(p, example.steps.size())});
  }
  return arrows;
}

// The head is a path of its own: a marker would have one colour for all, and the shaft would show
// before its tip.
void append_arrow(std::string& svg, double middle, const Arrow& arrow) {
  const double length = std::max(arrow.length(), 1e-9), head = std::min(kHead, arrow.length());
  const double along_x = arrow.x / length, along_y = arrow.y / length;
  const double neck_x = arrow.x - head * along_x, neck_y = arrow.y - head * along_y;
  const double side_x = -0.42 * head * along_y, side_y = 0.42 * head * along_x;
  fmt::format_to(std::back_inserter(svg),
                 "<path class=\"shaft\" d=\"M{:.2f} {:.2f}L{:.2f} {:.2f}\" stroke=\"{}\" "
                 "stroke-width=\"2\"/>",
                 middle, kMiddle, middle + neck_x, kMiddle - neck_y, arrow.colour);
  fmt::format_to(std::back_inserter(svg),
                 "<path class=\"head\" d=\"M{:.2f} {:.2f}L{:.2f} {:.2f}L{:.2f} {:.2f}z\" "
                 "fill=\"{}\"/>\n",
                 middle + arrow.x, kMiddle - arrow.y, middle + neck_x + side_x,
                 kMiddle - neck_y - side_y, middle + neck_x - side_x, kMiddle - neck_y + side_y,
                 arrow.colour);
}

// Whether the labels of two arrows would stand on each other.
bool labels_meet(const Arrow& a, const Arrow& b) {
  const auto place = [](const Arrow& arrow) {
    const double factor = 1 + kLetters / std::max(arrow.length(), 1e-9);
    return std::pair{factor * arrow.x, factor * arrow.y};
  };
  const auto [a_x, a_y] = place(a);
  const auto [b_x, b_y] = place(b);
  return std::abs(a_x - b_x) < 2 * kLetters && std::abs(a_y - b_y) < kLetters;
}

// Arrows whose labels would meet have one label.
std::vector<std::vector<Arrow>> label_groups(const std::vector<Arrow>& arrows) {
  std::vector<std::vector<Arrow>> groups;
  for (const Arrow& arrow : arrows) {
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& known) {
      return std::any_of(known.begin(), known.end(),
                         [&](const Arrow& other) { return labels_meet(arrow, other); });
    });
    if (group == groups.end()) {
      groups.push_back({arrow});
    } else {
      group->push_back(arrow);
    }
  }
  return groups;
}

// 3; 1–4 where they follow each other; else 0, 5 or, of more than three, 0, 5, … 30.
std::string label_of(const std::vector<Arrow>& group) {
  const std::size_t count = group.size();
  const std::int64_t first = group.front().position, last = group.back().position;
  if (count > 2 && last - first == static_cast<std::int64_t>(count) - 1)
    return fmt::format("{}–{}", first, last);
  if (count > 3) return fmt::format("{}, {}, … {}", first, group[1].position, last);
  std::string text;
  for (const Arrow& arrow : group)
    text += fmt::format("{}{}", text.empty() ? "" : ", ", arrow.position);
  return text;
}

// Beside the tip of the group's middle arrow, in the colour of its darkest, away from the centre.
void append_label(std::string& svg, double middle, const std::vector<Arrow>& group) {
  const Arrow& arrow = group[group.size() / 2];
  const double length = std::max(arrow.length(), 1e-9);
  const double along_x = arrow.x / length, along_y = arrow.y / length;
  const char* anchor = along_x > 0.4 ? "start" : along_x < -0.4 ? "end" : "middle";
  const double gap = std::abs(along_x) > 0.4 ? 6 : kLetters;
  fmt::format_to(std::back_inserter(svg),
                 "<text class=\"position\" x=\"{:.2f}\" y=\"{:.2f}\" text-anchor=\"{}\" "
                 "fill=\"{}\">{}</text>\n",
                 middle + arrow.x + gap * along_x, kMiddle - arrow.y - gap * along_y + 4, anchor,
                 group.back().colour, label_of(group));
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
      "font-family=\"sans-serif\" font-size=\"11\" text-anchor=\"middle\">\n",
      kCell * static_cast<double>(pairs), kHeight);
  const double scale = kRadius / longest_pair(example);
  for (std::size_t i = 0; i < pairs; ++i) {
    const double x = kCell * (static_cast<double>(i) + 0.5);
    append_plane(svg, x, scale * length_of(example.steps.front().query, i), i,
                 example.frequencies[i]);
    const auto arrows = arrows_of(example, i, scale);
    for (const Arrow& arrow : arrows) append_arrow(svg, x, arrow);
    for (const auto& group : label_groups(arrows)) append_label(svg, x, group);
  }
  return svg + "</svg>\n";
}

}  // namespace roformer::rope
