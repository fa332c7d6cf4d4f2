// Differences, their intervals and their p in words, the same wherever two models are compared.
#pragma once
#include <optional>
#include <string>

namespace roformer::metric {

/// What is called a difference: p below it.
constexpr double kSignificance = 0.05;

/// From `lower` to `upper`.
struct Interval {
  double lower = 0, upper = 0;
};

/// "+0.12", "-0.12", "0.00": what rounds to nothing has no sign.
std::string format_signed(double value, int digits);

/// "[-0.05, 0.19]".
std::string format_interval(const Interval& interval, int digits);

/// "p 0.012", "p < 0.001": two digits, as more are noise.
std::string format_p(double p_value);

/// The same for a p of so many resamples, which 1 / (resamples + 1) is the least of: "p ≤ 0.02" for
/// the least of 50.
std::string format_resampled_p(double p_value, int resamples);

/// "lower by 0.12 [0.05, 0.19]": how far a difference is from 0, to which side, and the interval of
/// that distance.
std::string describe_distance(double difference, const std::optional<Interval>& interval,
                              int digits);

}  // namespace roformer::metric
