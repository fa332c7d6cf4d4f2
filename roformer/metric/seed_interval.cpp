#include "roformer/metric/seed_interval.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/metric/student_t.h"

namespace roformer::metric {
namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

// The t test of a mean of 0.
double p_value_of(double mean, double error, std::int64_t values) {
  if (values < 2) return kNotANumber;
  if (error == 0) return mean == 0 ? 1 : 0;
  return student_t_two_sided_p(mean / error, static_cast<double>(values - 1));
}

double standard_error(std::span<const double> values) {
  return standard_deviation(values) / std::sqrt(static_cast<double>(values.size()));
}

}  // namespace

double mean_of(std::span<const double> values) {
  base::require(!values.empty(), "[metric] expected a value to take the mean of but got none");
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return kNotANumber;
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

std::optional<Interval> SeedMean::interval() const {
  if (seeds < 2) return std::nullopt;
  return Interval{mean - half_width, mean + half_width};
}

SeedMean seed_mean(std::span<const double> values) {
  SeedMean result{mean_of(values), kNotANumber, std::ssize(values)};
  if (result.seeds < 2) return result;
  const double t = student_t_quantile(1 - kSignificance / 2, static_cast<double>(result.seeds - 1));
  result.half_width = t * standard_error(values);
  return result;
}

bool SeedDifference::is_told_apart() const {
  return p_value < kSignificance;
}

SeedDifference paired_difference(std::span<const double> first, std::span<const double> second) {
  base::require(!first.empty() && first.size() == second.size(),
                "[metric] expected as many runs of both models, and some, but got {} and {}",
                first.size(), second.size());
  std::vector<double> differences;
  for (std::size_t i = 0; i < first.size(); ++i) differences.push_back(second[i] - first[i]);
  SeedDifference result;
  result.mean = seed_mean(differences);
  result.p_value = p_value_of(result.mean.mean, standard_error(differences), result.mean.seeds);
  return result;
}

std::string format_mean(const SeedMean& mean, int digits) {
  if (mean.seeds < 2) return fmt::format("{:.{}f}", mean.mean, digits);
  return fmt::format("{:.{}f} ± {:.{}f}", mean.mean, digits, mean.half_width, digits);
}

std::string interval_note(std::int64_t seeds) {
  if (seeds < 2) return "";
  return fmt::format("mean ± half of its 95 % interval (Student's t), {}", count_seeds(seeds));
}

std::string count_seeds(std::int64_t seeds) {
  constexpr std::array words = {"no",    "one",   "two",  "three", "four",   "five",  "six",
                                "seven", "eight", "nine", "ten",   "eleven", "twelve"};
  const std::string count = seeds >= 0 && seeds < std::ssize(words)
                                ? words[static_cast<std::size_t>(seeds)]
                                : fmt::format("{}", seeds);
  return count + (seeds == 1 ? " seed" : " seeds");
}

std::string describe(const SeedDifference& difference, int digits) {
  const SeedMean& mean = difference.mean;
  const std::string seeds = count_seeds(mean.seeds);
  if (mean.mean == 0 && !(mean.half_width > 0))
    return mean.seeds == 1 ? "equal in one seed" : fmt::format("equal in all {}", seeds);
  if (mean.seeds < 2)
    return fmt::format("{} in one seed, which has no interval",
                       describe_distance(mean.mean, mean.interval(), digits));
  const std::string p = format_p(difference.p_value);
  if (difference.is_told_apart())
    return fmt::format("{}, {}, {}", describe_distance(mean.mean, mean.interval(), digits), p,
                       seeds);
  return fmt::format("not told apart by {}: difference {} {}, {}", seeds,
                     format_signed(mean.mean, digits), format_interval(*mean.interval(), digits),
                     p);
}

std::string format_difference(const SeedDifference& difference, int digits) {
  const SeedMean& mean = difference.mean;
  std::string size = format_signed(mean.mean, digits);
  if (mean.seeds < 2) return size;
  return fmt::format("{} ± {:.{}f}, {}", size, mean.half_width, digits,
                     format_p(difference.p_value));
}

}  // namespace roformer::metric
