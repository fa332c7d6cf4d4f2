// BLEU and chrF of a system's translations together, and of two systems beside each other.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "roformer/metric/bleu.h"
#include "roformer/metric/chrf.h"
#include "roformer/metric/paired_comparison.h"

namespace roformer::metric {

/// References of a corpus: one or more translations of each line, as [reference][line].
using References = std::vector<std::vector<std::string>>;

/// Statistics of each line. Throws Error if the numbers of lines differ or there is no reference.
std::vector<BleuStatistics> bleu_statistics(std::span<const std::string> hypotheses,
                                            const References& references,
                                            const BleuOptions& options);
std::vector<ChrfStatistics> chrf_statistics(std::span<const std::string> hypotheses,
                                            const References& references,
                                            const ChrfOptions& options);

/// The statistics of all lines together.
template <typename Statistics>
Statistics sum_of(const std::vector<Statistics>& lines) {
  Statistics sum;
  for (const Statistics& line : lines) sum += line;
  return sum;
}

/// The scores of a corpus.
BleuScore corpus_bleu(std::span<const std::string> hypotheses, const References& references,
                      const BleuOptions& options = {});
double corpus_chrf(std::span<const std::string> hypotheses, const References& references,
                   const ChrfOptions& options = {});

struct TranslationScoreOptions {
  BleuOptions bleu;
  ChrfOptions chrf;
};

/// The scores of a corpus, with the statistics of its lines, which a comparison resamples.
struct TranslationScore {
  std::vector<BleuStatistics> bleu_lines;
  std::vector<ChrfStatistics> chrf_lines;
  BleuScore bleu;
  double chrf = 0;
};

/// Scores a corpus. Throws Error as corpus_bleu does.
TranslationScore score_translations(std::span<const std::string> hypotheses,
                                    const References& references,
                                    const TranslationScoreOptions& options = {});

/// BLEU of two systems by the statistics of their lines.
PairedComparison compare_bleu(const std::vector<BleuStatistics>& baseline,
                              const std::vector<BleuStatistics>& system,
                              const BleuOptions& options = {},
                              const BootstrapOptions& bootstrap = {});

/// chrF of two systems by the statistics of their lines.
PairedComparison compare_chrf(const std::vector<ChrfStatistics>& baseline,
                              const std::vector<ChrfStatistics>& system,
                              const ChrfOptions& options = {},
                              const BootstrapOptions& bootstrap = {});

/// What both metrics say of the difference of two systems.
struct TranslationComparison {
  PairedComparison bleu, chrf;
};

/// Two systems on the same lines and under the same options.
TranslationComparison compare_translations(const TranslationScore& baseline,
                                           const TranslationScore& system,
                                           const TranslationScoreOptions& options = {},
                                           const BootstrapOptions& bootstrap = {});

}  // namespace roformer::metric
