#include "roformer/metric/correlation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>

#include "roformer/base/error.h"
#include "roformer/metric/seed_interval.h"

namespace roformer::metric {
namespace {

void require_finite(std::span<const double> values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    base::require(std::isfinite(values[i]), "[metric] expected finite numbers but got {} at {}",
                  values[i], i);
}

void require_number_pairs(std::span<const double> first, std::span<const double> second) {
  base::require(first.size() == second.size(),
                "[metric] expected as many numbers of both sides but got {} and {}", first.size(),
                second.size());
  require_finite(first);
  require_finite(second);
}

bool is_constant(std::span<const double> values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

void subtract_mean(std::vector<double>& values) {
  const double mean = mean_of(values);
  for (double& value : values) value -= mean;
}

void divide(std::vector<double>& values, double divisor) {
  for (double& value : values) value /= divisor;
}

// Distances from the mean, their squares summing to 1. The mean is taken off twice, since of many
// numbers that are all far from 0 the first is inexact; the greatest distance is divided out first,
// since its square may be beyond a double.
std::vector<double> standardised(std::span<const double> values) {
  std::vector<double> distances(values.begin(), values.end());
  subtract_mean(distances);
  subtract_mean(distances);
  const auto [low, high] = std::minmax_element(distances.begin(), distances.end());
  divide(distances, std::max(-*low, *high));
  const double squares =
      std::inner_product(distances.begin(), distances.end(), distances.begin(), 0.0);
  divide(distances, std::sqrt(squares));
  return distances;
}

}  // namespace

std::optional<double> pearson_correlation(std::span<const double> first,
                                          std::span<const double> second) {
  require_number_pairs(first, second);
  if (is_constant(first) || is_constant(second)) return std::nullopt;
  const std::vector<double> x = standardised(first), y = standardised(second);
  const double correlation = std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
  if (!std::isfinite(correlation)) return std::nullopt;
  return std::clamp(correlation, -1.0, 1.0);
}

std::optional<double> spearman_correlation(std::span<const double> first,
                                           std::span<const double> second) {
  require_number_pairs(first, second);
  return pearson_correlation(average_ranks(first), average_ranks(second));
}

std::vector<double> average_ranks(std::span<const double> values) {
  require_finite(values);
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = static_cast<double>(begin + 1 + end) / 2;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

double mean_squared_error(std::span<const double> gold, std::span<const double> predicted) {
  require_number_pairs(gold, predicted);
  base::require(!gold.empty(), "[metric] expected a number to measure the error of but got none");
  double squares = 0;
  for (std::size_t i = 0; i < gold.size(); ++i)
    squares += (predicted[i] - gold[i]) * (predicted[i] - gold[i]);
  return squares / static_cast<double>(gold.size());
}

}  // namespace roformer::metric
