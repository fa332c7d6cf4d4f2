// What is said of a few runs: mean, standard deviation, standard error.
#pragma once
#include <vector>

namespace roformer::study {

/// The mean of one or more values.
double mean_of(const std::vector<double>& values);

/// The standard deviation of the values, with n − 1; NaN for fewer than two.
double standard_deviation(const std::vector<double>& values);

/// Of the mean: the standard deviation over √n; NaN for fewer than two.
double standard_error(const std::vector<double>& values);

}  // namespace roformer::study
