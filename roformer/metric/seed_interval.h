// What runs over a few seeds tell: means with their 95 % intervals, and differences between two
// models whose runs share seeds. Student's t throughout: three seeds are few, and "2.9 standard
// errors" of three is p = 0.1.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "roformer/metric/difference_words.h"

namespace roformer::metric {

/// The mean of one or more values. Throws Error for none.
double mean_of(std::span<const double> values);

/// The standard deviation of the values, with n − 1; NaN for fewer than two.
double standard_deviation(std::span<const double> values);

/// The mean of one value a seed.
struct SeedMean {
  double mean = 0;
  double half_width = 0;  // of the 95 % interval; NaN for one seed, which has none
  std::int64_t seeds = 0;

  /// mean ± half_width; none for one seed.
  std::optional<Interval> interval() const;
};

/// Mean and interval: t(0.975, n − 1) · s / √n to both sides. Throws Error for no value.
SeedMean seed_mean(std::span<const double> values);

/// How much the second of two models exceeds the first, seed by seed.
struct SeedDifference {
  SeedMean mean;       // of the differences
  double p_value = 1;  // two-sided, of the paired t test; NaN for one seed

  /// Whether the seeds tell the two apart: p < 0.05, and so the interval lacks 0.
  bool is_told_apart() const;
};

/// Value i of both has the same seed. Differences that are alike in all seeds have p = 0, or 1
/// where they are 0. Throws Error unless there are as many of both, and some.
SeedDifference paired_difference(std::span<const double> first, std::span<const double> second);

/// "2.100 ± 0.050" with so many digits; "2.100" for one seed.
std::string format_mean(const SeedMean& mean, int digits);

/// What "±" of format_mean means, for a table's head; empty for fewer than two seeds.
std::string interval_note(std::int64_t seeds);

/// "one seed", "three seeds", "13 seeds".
std::string count_seeds(std::int64_t seeds);

/// What may be said of the second model beside the first: "lower by 0.12 [0.05, 0.19], p 0.01,
/// three seeds"; "not told apart by three seeds: difference -0.12 [-0.30, 0.06], p 0.1"; "lower by
/// 0.12 in one seed, which has no interval"; "equal in all three seeds".
std::string describe(const SeedDifference& difference, int digits);

/// The difference for a cell: "-0.12 ± 0.07, p 0.012"; "-0.12" for one seed.
std::string format_difference(const SeedDifference& difference, int digits);

}  // namespace roformer::metric
