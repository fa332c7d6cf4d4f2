// BLEU and chrF of a system's translations together, and of two systems beside each other.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "roformer/metric/corpus_score.h"
#include "roformer/metric/paired_bootstrap.h"

namespace roformer::metric {

struct TranslationScoreOptions {
  BleuOptions bleu;
  ChrfOptions chrf;
};

/// The scores of a corpus, with the statistics of its lines, which a bootstrap resamples.
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

/// What both metrics say of the difference of two systems.
struct TranslationComparison {
  PairedBootstrap bleu, chrf;
};

/// Paired bootstrap of two systems on the same lines and under the same options.
TranslationComparison compare_translations(const TranslationScore& baseline,
                                           const TranslationScore& system,
                                           const TranslationScoreOptions& options = {},
                                           const BootstrapOptions& bootstrap = {});

}  // namespace roformer::metric
