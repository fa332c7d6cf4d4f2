// Paired bootstrap resampling (Koehn 2004, "Statistical Significance Tests for Machine Translation
// Evaluation"): is the difference of two systems on one test set more than the choice of its
// lines?
#pragma once
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/metric/difference_words.h"

namespace roformer::metric {

struct BootstrapOptions {
  int resamples = 1000;
  std::uint64_t seed = 12345;
};

/// A score, and what it is over resamples of the lines.
struct ResampledScore {
  double score = 0;       // of all lines
  double mean = 0;        // over the resamples
  double half_width = 0;  // of the interval that holds 95 % of the resamples
};

struct PairedBootstrap {
  ResampledScore baseline, system;
  /// Holds 95 % of the resampled differences, system less baseline.
  Interval difference_95;
  /// Two-sided: how often a difference at least as far from 0, to either side, would come by
  /// chance, were there none (Efron and Tibshirani 1993, "An Introduction to the Bootstrap",
  /// section 16.4). Resampled differences less the observed one stand for chance, and one is added
  /// to both counts.
  double p_value = 1;
  /// As sacrebleu's --paired-bs has it, with random numbers of our own. It counts absolute
  /// differences less their mean, so that systems without a difference get p < 0.05 in twice as
  /// many cases as they should; a system beside itself gets 1 / (resamples + 1).
  double sacrebleu_p_value = 1;
  double system_wins = 0;  // share of resamples in which the system scores higher than the baseline
  bool differs = false;    // whether the two differ in any resample
};

/// Throws Error unless there are equally many lines of both, and some, and at least one resample.
void require_comparable(std::size_t baseline_lines, std::size_t system_lines,
                        const BootstrapOptions& options);

/// Lines of one resample, drawn with replacement: `count` numbers below `count`.
std::vector<std::uint32_t> draw_lines(const BootstrapOptions& options, int resample,
                                      std::size_t count);

/// The result from the scores of all lines and of each resample.
PairedBootstrap summarise_bootstrap(double baseline_score, double system_score,
                                    const std::vector<double>& baseline_resamples,
                                    const std::vector<double>& system_resamples);

/// Compares two systems by the statistics of each line (BleuStatistics, ChrfStatistics: a type with
/// +=); score_of(statistics) is the score of a sum. Both are scored on the same resamples. Throws
/// Error as require_comparable does.
template <typename Statistics, typename ScoreOf>
PairedBootstrap paired_bootstrap(const std::vector<Statistics>& baseline,
                                 const std::vector<Statistics>& system, ScoreOf score_of,
                                 const BootstrapOptions& options = {}) {
  require_comparable(baseline.size(), system.size(), options);
  const auto score_lines = [&](const std::vector<Statistics>& lines, const auto& drawn) {
    Statistics sum;
    for (const auto line : drawn) sum += lines[line];
    return score_of(sum);
  };
  std::vector<std::uint32_t> all(system.size());
  std::iota(all.begin(), all.end(), 0u);
  std::vector<double> baseline_resamples, system_resamples;
  for (int resample = 0; resample < options.resamples; ++resample) {
    const auto drawn = draw_lines(options, resample, system.size());
    baseline_resamples.push_back(score_lines(baseline, drawn));
    system_resamples.push_back(score_lines(system, drawn));
  }
  return summarise_bootstrap(score_lines(baseline, all), score_lines(system, all),
                             baseline_resamples, system_resamples);
}

}  // namespace roformer::metric
