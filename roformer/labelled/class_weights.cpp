#include "roformer/labelled/class_weights.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "roformer/base/error.h"
#include "roformer/base/nearest_name.h"

namespace roformer::labelled {
namespace {

constexpr const char* kKey = "[data] expected task.class_weights";

// NAME=WEIGHT; a name may have a "=" itself.
void set_weight(std::string_view asked, const std::vector<std::string>& names,
                std::vector<double>& weights) {
  const std::size_t sign = asked.rfind('=');
  base::require(sign != asked.npos, "{} to be \"balanced\" alone or NAME=WEIGHT but got \"{}\"",
                kKey, asked);
  const std::string_view name = asked.substr(0, sign), number = asked.substr(sign + 1);
  const auto place = std::find(names.begin(), names.end(), name);
  base::require(place != names.end(), "{} of {} but got \"{}\"{}", kKey, fmt::join(names, ", "),
                name, base::did_you_mean(name, names));
  double weight = 0;
  const auto [end, error] = std::from_chars(number.begin(), number.end(), weight);
  base::require(error == std::errc() && end == number.end() && std::isfinite(weight) && weight > 0,
                "{} to be numbers above 0 but got \"{}\"", kKey, asked);
  weights[static_cast<std::size_t>(place - names.begin())] = weight;
}

}  // namespace

std::vector<double> class_weights(const std::vector<std::string>& asked,
                                  const std::vector<std::string>& names,
                                  const std::vector<std::int64_t>& training_counts) {
  if (asked.empty()) return {};
  std::vector<double> weights(names.size(), 1.0);
  const bool balanced = asked == std::vector<std::string>{"balanced"};
  double examples = 0, sum = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto count = static_cast<double>(training_counts[i]);
    base::require(count > 0, "{} only where each class has an example but \"{}\" has none", kKey,
                  names[i]);
    if (balanced) weights[i] = 1 / count;
  }
  if (!balanced) {
    for (const std::string& one : asked) set_weight(one, names, weights);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    examples += static_cast<double>(training_counts[i]);
    sum += static_cast<double>(training_counts[i]) * weights[i];
  }
  for (double& weight : weights) weight *= examples / sum;
  return weights;
}

}  // namespace roformer::labelled
