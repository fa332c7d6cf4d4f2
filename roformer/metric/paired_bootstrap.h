// Paired bootstrap resampling (Koehn 2004, "Statistical Significance Tests for Machine Translation
// Evaluation"): is the difference of two systems on one test set more than the choice of its
// lines? Figures as sacrebleu's --paired-bs has them, with random numbers of our own.
#pragma once
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "roformer/base/error.h"

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
  /// How often a difference at least this large would come by chance, were there none: resampled
  /// differences are shifted to a mean of 0, and one is added to both counts. As in sacrebleu a
  /// system beside itself gets 1 / (resamples + 1): see `differs`.
  double p_value = 1;
  double system_wins = 0;  // share of resamples in which the system scores higher than the baseline
  bool differs = false;    // whether the two differ in any resample
};

/// Lines of one resample, drawn with replacement: `count` numbers below `count`.
std::vector<std::uint32_t> draw_lines(const BootstrapOptions& options, int resample,
                                      std::size_t count);

/// The result from the scores of all lines and of each resample.
PairedBootstrap summarise_bootstrap(double baseline_score, double system_score,
                                    std::vector<double> baseline_resamples,
                                    std::vector<double> system_resamples);

/// Compares two systems by the statistics of each line (BleuStatistics, ChrfStatistics: a type with
/// +=); score_of(statistics) is the score of a sum. Both are scored on the same resamples. Throws
/// Error if the numbers of lines differ, or without lines or resamples.
template <typename Statistics, typename ScoreOf>
PairedBootstrap paired_bootstrap(const std::vector<Statistics>& baseline,
                                 const std::vector<Statistics>& system, ScoreOf score_of,
                                 const BootstrapOptions& options = {}) {
  base::require(baseline.size() == system.size() && !system.empty(),
                "[metric] expected equally many lines of both systems, and some, but got {} and {}",
                baseline.size(), system.size());
  base::require(options.resamples > 0, "[metric] expected at least one resample but got {}",
                options.resamples);
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
                             std::move(baseline_resamples), std::move(system_resamples));
}

}  // namespace roformer::metric
