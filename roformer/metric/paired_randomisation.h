// Approximate randomisation (Riezler and Maxwell 2005, "On Some Pitfalls in Automatic Evaluation
// and Significance Testing for MT"): were the systems alike, it would not matter which of them
// wrote which of the two translations of a line.
#pragma once
#include <cstdint>
#include <vector>

#include "roformer/metric/paired_bootstrap.h"

namespace roformer::metric {

/// For each of `count` lines whether a trial exchanges the two translations: fair coins.
std::vector<bool> draw_exchanges(const BootstrapOptions& options, int trial, std::size_t count);

/// The share of trials whose difference is at least as far from 0 as that observed; one is added to
/// both counts. 1 for a system beside itself.
double randomisation_p_value(double difference, const std::vector<double>& trial_differences);

/// Two-sided p of a difference of two systems on `count` examples: `difference_with(exchanges)` is
/// what it would be had the systems' answers to the marked examples been exchanged.
template <typename DifferenceWith>
double exchange_p_value(std::size_t count, DifferenceWith difference_with,
                        const BootstrapOptions& options = {}) {
  std::vector<double> differences;
  for (int trial = 0; trial < options.resamples; ++trial)
    differences.push_back(difference_with(draw_exchanges(options, trial, count)));
  return randomisation_p_value(difference_with(std::vector<bool>(count)), differences);
}

/// Two-sided p of the difference of two systems by the statistics of each line, as sacrebleu's
/// --paired-ar exchanges them; options.resamples trials. Statistics, score_of and errors are those
/// of paired_bootstrap.
template <typename Statistics, typename ScoreOf>
double paired_randomisation(const std::vector<Statistics>& baseline,
                            const std::vector<Statistics>& system, ScoreOf score_of,
                            const BootstrapOptions& options = {}) {
  require_comparable(baseline.size(), system.size(), options);
  const auto difference_with = [&](const std::vector<bool>& exchanges) {
    Statistics first, second;
    for (std::size_t i = 0; i < system.size(); ++i) {
      first += exchanges[i] ? system[i] : baseline[i];
      second += exchanges[i] ? baseline[i] : system[i];
    }
    return score_of(second) - score_of(first);
  };
  return exchange_p_value(system.size(), difference_with, options);
}

}  // namespace roformer::metric
