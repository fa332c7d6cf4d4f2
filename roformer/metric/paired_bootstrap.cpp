#include "roformer/metric/paired_bootstrap.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "roformer/base/random.h"

namespace roformer::metric {
namespace {

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

ResampledScore summarise_score(double score, std::vector<double> resamples) {
  const double mean = mean_of(resamples);
  std::sort(resamples.begin(), resamples.end());
  const std::size_t outside = resamples.size() / 40;  // 2.5 % on either side
  const double low = resamples[outside], high = resamples[resamples.size() - 1 - outside];
  return {score, mean, (high - low) / 2};
}

// The share of resampled differences, less their mean, that are larger than `difference`.
double p_value_of(const std::vector<double>& differences, double difference) {
  const double mean = mean_of(differences);
  const auto larger = std::count_if(differences.begin(), differences.end(),
                                    [&](double d) { return d - mean > difference; });
  return static_cast<double>(larger + 1) / static_cast<double>(differences.size() + 1);
}

}  // namespace

std::vector<std::uint32_t> draw_lines(const BootstrapOptions& options, int resample,
                                      std::size_t count) {
  const std::uint64_t seed = base::derive(options.seed, static_cast<std::uint64_t>(resample));
  std::vector<std::uint32_t> lines(count);
  for (std::size_t i = 0; i < count; ++i)
    lines[i] = static_cast<std::uint32_t>(base::uniform_below(seed, i, count));
  return lines;
}

PairedBootstrap summarise_bootstrap(double baseline_score, double system_score,
                                    std::vector<double> baseline_resamples,
                                    std::vector<double> system_resamples) {
  PairedBootstrap result;
  std::vector<double> differences;
  std::size_t wins = 0;
  for (std::size_t i = 0; i < system_resamples.size(); ++i) {
    const double difference = system_resamples[i] - baseline_resamples[i];
    differences.push_back(std::abs(difference));
    wins += difference > 0;
    result.differs = result.differs || difference != 0;
  }
  result.system_wins = static_cast<double>(wins) / static_cast<double>(differences.size());
  result.p_value = p_value_of(differences, std::abs(system_score - baseline_score));
  result.baseline = summarise_score(baseline_score, std::move(baseline_resamples));
  result.system = summarise_score(system_score, std::move(system_resamples));
  return result;
}

}  // namespace roformer::metric
