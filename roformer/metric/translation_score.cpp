#include "roformer/metric/translation_score.h"

namespace roformer::metric {

TranslationScore score_translations(std::span<const std::string> hypotheses,
                                    const References& references,
                                    const TranslationScoreOptions& options) {
  TranslationScore result;
  result.bleu_lines = bleu_statistics(hypotheses, references, options.bleu);
  result.chrf_lines = chrf_statistics(hypotheses, references, options.chrf);
  result.bleu = bleu_score(sum_of<BleuStatistics>(result.bleu_lines), options.bleu);
  result.chrf = chrf_score(sum_of<ChrfStatistics>(result.chrf_lines), options.chrf);
  return result;
}

TranslationComparison compare_translations(const TranslationScore& baseline,
                                           const TranslationScore& system,
                                           const TranslationScoreOptions& options,
                                           const BootstrapOptions& bootstrap) {
  return {paired_bootstrap(
              baseline.bleu_lines, system.bleu_lines,
              [&](const BleuStatistics& sum) { return bleu_score(sum, options.bleu).score; },
              bootstrap),
          paired_bootstrap(
              baseline.chrf_lines, system.chrf_lines,
              [&](const ChrfStatistics& sum) { return chrf_score(sum, options.chrf); }, bootstrap)};
}

}  // namespace roformer::metric
