// Student's t distribution (Student 1908, "The Probable Error of a Mean"): what a few seeds can
// tell. Values equal scipy.stats.t.
#pragma once

namespace roformer::metric {

/// The number that a t variable of so many degrees of freedom stays below with this probability.
/// Throws Error unless 0 < probability < 1 and degrees > 0.
double student_t_quantile(double probability, double degrees);

/// How probable a t variable is that lies at least as far from 0 as `t`; 0 for an infinite one.
/// Throws Error for NaN and unless degrees > 0.
double student_t_two_sided_p(double t, double degrees);

}  // namespace roformer::metric
