#include "roformer/metric/token_score.h"

#include <cmath>
#include <limits>

namespace roformer::metric {
namespace {

double mean_or_nan(double sum, std::int64_t count) {
  return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

void TokenScore::add(const TokenScore& other) {
  loss_sum += other.loss_sum;
  likelihood_sum += other.likelihood_sum;
  correct += other.correct;
  count += other.count;
}

double TokenScore::loss() const {
  return mean_or_nan(loss_sum, count);
}
double TokenScore::negative_log_likelihood() const {
  return mean_or_nan(likelihood_sum, count);
}
double TokenScore::accuracy() const {
  return mean_or_nan(static_cast<double>(correct), count);
}
double TokenScore::perplexity() const {
  return std::exp(negative_log_likelihood());
}

}  // namespace roformer::metric
