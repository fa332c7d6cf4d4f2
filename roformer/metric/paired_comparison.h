// Two systems on one test set: the bootstrap's and the randomisation's answer together, in numbers
// and in words.
#pragma once
#include <string>
#include <vector>

#include "roformer/metric/paired_bootstrap.h"
#include "roformer/metric/paired_randomisation.h"

namespace roformer::metric {

struct PairedComparison {
  PairedBootstrap bootstrap;
  double randomisation_p_value = 1;  // two-sided
  int resamples = 0;                 // of each of the two tests

  /// The score of the system less that of the baseline.
  double difference() const;
  /// Whether the lines tell the systems apart: both tests have p < 0.05.
  bool is_told_apart() const;
};

/// Both tests; parameters and errors are those of paired_bootstrap.
template <typename Statistics, typename ScoreOf>
PairedComparison compare_pairs(const std::vector<Statistics>& baseline,
                               const std::vector<Statistics>& system, ScoreOf score_of,
                               const BootstrapOptions& options = {}) {
  return {paired_bootstrap(baseline, system, score_of, options),
          paired_randomisation(baseline, system, score_of, options), options.resamples};
}

/// What may be said of the system's score beside the baseline's: "higher by 0.80 [0.12, 1.49],
/// p 0.022 (paired bootstrap, two-sided), p 0.03 (approximate randomisation)"; "not told apart:
/// difference +0.30 [-0.50, 1.11], p 0.46 (…), p 0.5 (…)"; "no difference on any line".
std::string describe(const PairedComparison& comparison);

}  // namespace roformer::metric
