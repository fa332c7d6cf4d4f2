#include "roformer/metric/paired_bootstrap.h"

#include <algorithm>
#include <cmath>

#include "roformer/base/random.h"
#include "roformer/metric/seed_interval.h"

namespace roformer::metric {
namespace {

// What is left of sorted numbers without 2.5 % on either side.
Interval middle_of(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  const std::size_t outside = numbers.size() / 40;
  return {numbers[outside], numbers[numbers.size() - 1 - outside]};
}

ResampledScore summarise_score(double score, const std::vector<double>& resamples) {
  const Interval middle = middle_of(resamples);
  return {score, mean_of(resamples), (middle.upper - middle.lower) / 2};
}

template <typename IsExtreme>
double share_with_one_more(const std::vector<double>& numbers, IsExtreme is_extreme) {
  const auto count = std::count_if(numbers.begin(), numbers.end(), is_extreme);
  return static_cast<double>(count + 1) / static_cast<double>(numbers.size() + 1);
}

double two_sided_p(const std::vector<double>& differences, double difference) {
  return share_with_one_more(differences, [&](double resampled) {
    return std::abs(resampled - difference) >= std::abs(difference);
  });
}

double sacrebleu_p(std::vector<double> differences, double difference) {
  for (double& resampled : differences) resampled = std::abs(resampled);
  const double mean = mean_of(differences);
  return share_with_one_more(
      differences, [&](double resampled) { return resampled - mean > std::abs(difference); });
}

std::vector<double> differences_of(const std::vector<double>& baseline,
                                   const std::vector<double>& system) {
  std::vector<double> differences(system.size());
  std::transform(system.begin(), system.end(), baseline.begin(), differences.begin(),
                 [](double ours, double theirs) { return ours - theirs; });
  return differences;
}

}  // namespace

void require_comparable(std::size_t baseline_lines, std::size_t system_lines,
                        const BootstrapOptions& options) {
  base::require(baseline_lines == system_lines && system_lines > 0,
                "[metric] expected equally many lines of both systems, and some, but got {} and {}",
                baseline_lines, system_lines);
  base::require(options.resamples > 0, "[metric] expected at least one resample but got {}",
                options.resamples);
}

std::vector<std::uint32_t> draw_lines(const BootstrapOptions& options, int resample,
                                      std::size_t count) {
  const std::uint64_t seed = base::derive(options.seed, static_cast<std::uint64_t>(resample));
  std::vector<std::uint32_t> lines(count);
  for (std::size_t i = 0; i < count; ++i)
    lines[i] = static_cast<std::uint32_t>(base::uniform_below(seed, i, count));
  return lines;
}

PairedBootstrap summarise_bootstrap(double baseline_score, double system_score,
                                    const std::vector<double>& baseline_resamples,
                                    const std::vector<double>& system_resamples) {
  const std::vector<double> differences = differences_of(baseline_resamples, system_resamples);
  const double difference = system_score - baseline_score;
  const auto wins =
      std::count_if(differences.begin(), differences.end(), [](double d) { return d > 0; });
  PairedBootstrap result;
  result.baseline = summarise_score(baseline_score, baseline_resamples);
  result.system = summarise_score(system_score, system_resamples);
  result.difference_95 = middle_of(differences);
  result.p_value = two_sided_p(differences, difference);
  result.sacrebleu_p_value = sacrebleu_p(differences, difference);
  result.system_wins = static_cast<double>(wins) / static_cast<double>(differences.size());
  result.differs =
      std::any_of(differences.begin(), differences.end(), [](double d) { return d != 0; });
  return result;
}

}  // namespace roformer::metric
