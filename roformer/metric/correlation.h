// How far predicted numbers go with the true ones (STS-B and other regressions): correlations equal
// to scipy's (1.17), and the mean squared error.
#pragma once
#include <optional>
#include <span>
#include <vector>

namespace roformer::metric {

/// Pearson's correlation (1895), -1 … 1. None where scipy has NaN or an error: of fewer than two
/// pairs, where one side's numbers are all equal, and where their distances from the mean are
/// beyond a double. Throws Error for other than as many of both, NaN and infinities.
std::optional<double> pearson_correlation(std::span<const double> first,
                                          std::span<const double> second);

/// Spearman's correlation (1904): Pearson's of the ranks, those of equal numbers averaged. None and
/// errors as there.
std::optional<double> spearman_correlation(std::span<const double> first,
                                           std::span<const double> second);

/// The place of each number in ascending order, from 1; equal numbers share the mean of theirs.
/// Throws Error for NaN and infinities.
std::vector<double> average_ranks(std::span<const double> values);

/// The mean of the squared differences. Throws Error unless there are as many of both, and some,
/// and all are finite.
double mean_squared_error(std::span<const double> gold, std::span<const double> predicted);

}  // namespace roformer::metric
