#include "roformer/study/tuning.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"

namespace roformer::study {

std::vector<double> rates_around(double rate) {
  return {rate / 2, rate, rate * 2, rate * 4};
}

Tuning choose_rate(std::vector<TriedRate> tried, const std::string& model) {
  std::stable_sort(tried.begin(), tried.end(),
                   [](const TriedRate& a, const TriedRate& b) { return a.rate < b.rate; });
  Tuning tuning{std::move(tried), 0};
  bool any = false;
  for (std::size_t i = 0; i < tuning.tried.size(); ++i) {
    const double loss = tuning.tried[i].validation_loss;
    if (!std::isfinite(loss)) continue;
    if (!any || loss < tuning.tried[tuning.chosen].validation_loss) tuning.chosen = i;
    any = true;
  }
  base::require(any,
                "[study] expected a learning rate with which {} learns but got losses that are "
                "no numbers at all {} of them",
                model, tuning.tried.size());
  return tuning;
}

std::string format_rate(double rate) {
  return fmt::format("{:.4g}", rate);
}

}  // namespace roformer::study
