#include "roformer/metric/masked_score.h"

#include <cmath>
#include <limits>

namespace roformer::metric {
namespace {

double mean_or_nan(double sum, std::int64_t count) {
  return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

void MaskedScore::add(double loss_sum, std::int64_t correct, std::int64_t count) {
  loss_sum_ += loss_sum;
  correct_ += correct;
  count_ += count;
}

void MaskedScore::add(const MaskedScore& other) {
  add(other.loss_sum_, other.correct_, other.count_);
}

double MaskedScore::loss() const {
  return mean_or_nan(loss_sum_, count_);
}
double MaskedScore::accuracy() const {
  return mean_or_nan(static_cast<double>(correct_), count_);
}
double MaskedScore::perplexity() const {
  return std::exp(loss());
}

}  // namespace roformer::metric
