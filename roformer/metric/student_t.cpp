#include "roformer/metric/student_t.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

boost::math::students_t t_distribution(double degrees) {
  base::require(degrees > 0, "[metric] expected more than 0 degrees of freedom but got {}",
                degrees);
  return boost::math::students_t(degrees);
}

}  // namespace

double student_t_quantile(double probability, double degrees) {
  base::require(probability > 0 && probability < 1,
                "[metric] expected a probability between 0 and 1 but got {}", probability);
  return boost::math::quantile(t_distribution(degrees), probability);
}

double student_t_two_sided_p(double t, double degrees) {
  const auto distribution = t_distribution(degrees);
  base::require(!std::isnan(t), "[metric] expected a value of t but got NaN");
  if (std::isinf(t)) return 0;
  return 2 * boost::math::cdf(distribution, -std::abs(t));
}

}  // namespace roformer::metric
