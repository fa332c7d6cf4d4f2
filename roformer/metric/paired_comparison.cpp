#include "roformer/metric/paired_comparison.h"

#include <fmt/format.h>

namespace roformer::metric {
namespace {

constexpr int kScoreDigits = 2;

std::string p_values(const PairedComparison& comparison) {
  return fmt::format("{} (paired bootstrap, two-sided), {} (approximate randomisation)",
                     format_resampled_p(comparison.bootstrap.p_value, comparison.resamples),
                     format_resampled_p(comparison.randomisation_p_value, comparison.resamples));
}

}  // namespace

double PairedComparison::difference() const {
  return bootstrap.system.score - bootstrap.baseline.score;
}

bool PairedComparison::is_told_apart() const {
  return bootstrap.p_value < kSignificance && randomisation_p_value < kSignificance;
}

std::string describe(const PairedComparison& comparison) {
  if (!comparison.bootstrap.differs) return "no difference on any line";
  const double difference = comparison.difference();
  const Interval& interval = comparison.bootstrap.difference_95;
  if (comparison.is_told_apart())
    return fmt::format("{}, {}", describe_distance(difference, interval, kScoreDigits),
                       p_values(comparison));
  return fmt::format("not told apart: difference {} {}, {}",
                     format_signed(difference, kScoreDigits),
                     format_interval(interval, kScoreDigits), p_values(comparison));
}

}  // namespace roformer::metric
