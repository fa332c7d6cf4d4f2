#include "roformer/study/decay_bound.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/rope/decay.h"

namespace roformer::study {
namespace {

constexpr int kPointsPerDecade = 40;

// 0, 1, 2, … and from some ten on even along a logarithmic axis; the last is `farthest`.
std::vector<double> logarithmic_distances(std::int64_t farthest) {
  std::vector<double> distances = {0};
  for (int point = 0;; ++point) {
    const double distance =
        std::round(std::pow(10.0, static_cast<double>(point) / kPointsPerDecade));
    if (distance >= static_cast<double>(farthest)) break;
    if (distance > distances.back()) distances.push_back(distance);
  }
  if (farthest > 0) distances.push_back(static_cast<double>(farthest));
  return distances;
}

double least_sum(std::span<const double> frequencies, std::int64_t farthest) {
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t distance = 0; distance <= farthest; ++distance)
    least = std::min(least, rope::sum_of_partial_sums(frequencies, static_cast<double>(distance)));
  return least;
}

}  // namespace

DecayGrid decay_grid(std::vector<double> frequencies, std::int64_t farthest) {
  base::require(farthest >= 0, "[study] expected a farthest distance >= 0 but got {}", farthest);
  DecayGrid grid;
  grid.distances = logarithmic_distances(farthest);
  grid.least_partial_sum = least_sum(frequencies, farthest);
  for (const double distance : grid.distances) {
    grid.partial_sums.push_back(rope::sum_of_partial_sums(frequencies, distance));
    for (const double frequency : frequencies)
      grid.turns.push_back(std::polar(1.0, distance * frequency));
  }
  grid.frequencies = std::move(frequencies);
  return grid;
}

DecayMeter::DecayMeter(const DecayGrid& grid) : grid_(&grid) {
  sums_.bound.assign(grid.distances.size(), 0);
  sums_.modulus.assign(grid.distances.size(), 0);
  sums_.smallest_least = std::numeric_limits<double>::infinity();
}

void DecayMeter::add(std::span<const double> q, std::span<const double> k) {
  const std::size_t pairs = grid_->frequencies.size();
  base::require(q.size() == 2 * pairs,
                "[study] expected a query of {} numbers, two a frequency, but got {}", 2 * pairs,
                q.size());
  const rope::PairProducts products = rope::pair_products(q, k);
  if (products.moduli == 0) return;
  const double step = products.largest_step / products.moduli;
  for (std::size_t d = 0; d < grid_->distances.size(); ++d) {
    std::complex<double> sum = 0;
    for (std::size_t i = 0; i < pairs; ++i) sum += products.h[i] * grid_->turns[d * pairs + i];
    sums_.modulus[d] += std::abs(sum) / products.moduli;
    sums_.bound[d] += step * grid_->partial_sums[d];
  }
  const double smallest = step * grid_->least_partial_sum;
  sums_.smallest_mean += smallest;
  sums_.smallest_least = std::min(sums_.smallest_least, smallest);
  sums_.smallest_most = std::max(sums_.smallest_most, smallest);
  sums_.pairs_below += smallest < 1;
  ++sums_.pairs;
}

DecayCurves DecayMeter::curves() const {
  base::require(sums_.pairs > 0, "[study] expected queries and keys that are not 0 but got none");
  DecayCurves means = sums_;
  const auto pairs = static_cast<double>(sums_.pairs);
  for (double& value : means.bound) value /= pairs;
  for (double& value : means.modulus) value /= pairs;
  means.smallest_mean /= pairs;
  return means;
}

DecayCurves random_curves(const DecayGrid& grid, std::int64_t pairs, std::uint64_t seed) {
  DecayMeter meter(grid);
  const std::size_t size = 2 * grid.frequencies.size();
  for (std::int64_t pair = 0; pair < pairs; ++pair) {
    const auto number = static_cast<std::uint64_t>(pair);
    meter.add(rope::normal_vector(size, base::derive(seed, 2 * number)),
              rope::normal_vector(size, base::derive(seed, 2 * number + 1)));
  }
  return meter.curves();
}

DecayCurves constant_curves(const DecayGrid& grid) {
  DecayMeter meter(grid);
  const std::vector<double> ones(2 * grid.frequencies.size(), 1.0);
  meter.add(ones, ones);
  return meter.curves();
}

namespace {

// "4.96 × Σ|h_i| on average (200 pairs: from 2.97 to 7.42)".
std::string smallest_words(const DecayCurves& curves) {
  if (curves.pairs == 1) return fmt::format("{:.2f} × Σ|h_i|", curves.smallest_mean);
  return fmt::format("{:.2f} × Σ|h_i| on average ({} pairs: from {:.2f} to {:.2f})",
                     curves.smallest_mean, curves.pairs, curves.smallest_least,
                     curves.smallest_most);
}

}  // namespace

std::string decay_verdict(const std::string& name, const DecayCurves& curves,
                          const DecayGrid& grid) {
  const double reach = grid.distances.back();
  const std::string smallest = smallest_words(curves);
  if (curves.pairs_below == 0)
    return fmt::format(
        "{}: the smallest bound of Eq. 37 at any distance up to {:.0f} is {}. Σ|h_i| bounds the "
        "score at every distance and needs no positions; Eq. 37 never falls below it, so it proves "
        "no decay here.",
        name, reach, smallest);
  return fmt::format(
      "{}: the smallest bound of Eq. 37 at any distance up to {:.0f} is {}. Σ|h_i| bounds the "
      "score "
      "at every distance and needs no positions; Eq. 37 falls below it somewhere for {} of {} "
      "pairs, and says something of the distance only there.",
      name, reach, smallest, curves.pairs_below, curves.pairs);
}

std::string modulus_remark(const std::string& name, const DecayCurves& curves,
                           const DecayGrid& grid) {
  const std::size_t last = grid.distances.size() - 1;
  const auto near = std::ranges::find_if(grid.distances, [](double d) { return d >= 100; });
  const auto middle = std::min(last, static_cast<std::size_t>(near - grid.distances.begin()));
  return fmt::format(
      "{}: the modulus itself is {:.3f} × Σ|h_i| at distance 0, {:.3f} at {:.0f} and {:.3f} at "
      "{:.0f}.",
      name, curves.modulus.front(), curves.modulus[middle], grid.distances[middle],
      curves.modulus[last], grid.distances[last]);
}

}  // namespace roformer::study
