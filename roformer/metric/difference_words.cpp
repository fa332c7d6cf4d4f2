#include "roformer/metric/difference_words.h"

#include <fmt/format.h>

#include <cmath>

namespace roformer::metric {
namespace {

constexpr double kLeastPrinted = 0.001;

// Without a plus; what rounds to nothing has no minus.
std::string plain_number(double value, int digits) {
  const std::string size = fmt::format("{:.{}f}", std::abs(value), digits);
  const bool is_nothing = size.find_first_not_of("0.") == size.npos;
  return (value < 0 && !is_nothing ? "-" : "") + size;
}

}  // namespace

std::string format_signed(double value, int digits) {
  const std::string number = plain_number(value, digits);
  const bool is_nothing = number.find_first_not_of("0.") == number.npos;
  return (value > 0 && !is_nothing ? "+" : "") + number;
}

std::string format_interval(const Interval& interval, int digits) {
  return fmt::format("[{}, {}]", plain_number(interval.lower, digits),
                     plain_number(interval.upper, digits));
}

std::string format_p(double p_value) {
  if (p_value < kLeastPrinted) return fmt::format("p < {}", kLeastPrinted);
  return fmt::format("p {:.2g}", p_value);
}

std::string format_resampled_p(double p_value, int resamples) {
  const double least = 1.0 / (resamples + 1.0);
  if (p_value <= least && least >= kLeastPrinted) return fmt::format("p ≤ {:.2g}", least);
  return format_p(p_value);
}

std::string describe_distance(double difference, const std::optional<Interval>& interval,
                              int digits) {
  const bool is_lower = difference < 0;
  std::string words =
      fmt::format("{} by {:.{}f}", is_lower ? "lower" : "higher", std::abs(difference), digits);
  if (!interval) return words;
  const Interval turned = is_lower ? Interval{-interval->upper, -interval->lower} : *interval;
  return words + " " + format_interval(turned, digits);
}

}  // namespace roformer::metric
