#include "roformer/metric/translation_score.h"

#include "roformer/base/error.h"

namespace roformer::metric {
namespace {

void require_equal_lines(std::size_t lines, const References& references) {
  base::require(!references.empty(), "[metric] expected references but got none");
  for (const auto& reference : references)
    base::require(reference.size() == lines,
                  "[metric] expected as many lines of reference as of hypotheses, {}, but got {}",
                  lines, reference.size());
}

// `statistics_of(hypothesis, its references)` for each line.
template <typename Statistics, typename StatisticsOf>
std::vector<Statistics> line_by_line(std::span<const std::string> hypotheses,
                                     const References& references, StatisticsOf statistics_of) {
  require_equal_lines(hypotheses.size(), references);
  std::vector<Statistics> lines;
  lines.reserve(hypotheses.size());
  std::vector<std::string_view> line_references(references.size());
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    for (std::size_t r = 0; r < references.size(); ++r) line_references[r] = references[r][i];
    lines.push_back(statistics_of(hypotheses[i], line_references));
  }
  return lines;
}

}  // namespace

std::vector<BleuStatistics> bleu_statistics(std::span<const std::string> hypotheses,
                                            const References& references,
                                            const BleuOptions& options) {
  return line_by_line<BleuStatistics>(
      hypotheses, references,
      [&](std::string_view hypothesis, std::span<const std::string_view> line_references) {
        return bleu_statistics(hypothesis, line_references, options);
      });
}

std::vector<ChrfStatistics> chrf_statistics(std::span<const std::string> hypotheses,
                                            const References& references,
                                            const ChrfOptions& options) {
  return line_by_line<ChrfStatistics>(
      hypotheses, references,
      [&](std::string_view hypothesis, std::span<const std::string_view> line_references) {
        return chrf_statistics(hypothesis, line_references, options);
      });
}

BleuScore corpus_bleu(std::span<const std::string> hypotheses, const References& references,
                      const BleuOptions& options) {
  const auto lines = bleu_statistics(hypotheses, references, options);
  return bleu_score(sum_of(lines), options);
}

double corpus_chrf(std::span<const std::string> hypotheses, const References& references,
                   const ChrfOptions& options) {
  const auto lines = chrf_statistics(hypotheses, references, options);
  return chrf_score(sum_of(lines), options);
}

TranslationScore score_translations(std::span<const std::string> hypotheses,
                                    const References& references,
                                    const TranslationScoreOptions& options) {
  TranslationScore result;
  result.bleu_lines = bleu_statistics(hypotheses, references, options.bleu);
  result.chrf_lines = chrf_statistics(hypotheses, references, options.chrf);
  result.bleu = bleu_score(sum_of(result.bleu_lines), options.bleu);
  result.chrf = chrf_score(sum_of(result.chrf_lines), options.chrf);
  return result;
}

PairedComparison compare_bleu(const std::vector<BleuStatistics>& baseline,
                              const std::vector<BleuStatistics>& system, const BleuOptions& options,
                              const BootstrapOptions& bootstrap) {
  const auto score_of = [&](const BleuStatistics& sum) { return bleu_score(sum, options).score; };
  return compare_pairs(baseline, system, score_of, bootstrap);
}

PairedComparison compare_chrf(const std::vector<ChrfStatistics>& baseline,
                              const std::vector<ChrfStatistics>& system, const ChrfOptions& options,
                              const BootstrapOptions& bootstrap) {
  const auto score_of = [&](const ChrfStatistics& sum) { return chrf_score(sum, options); };
  return compare_pairs(baseline, system, score_of, bootstrap);
}

TranslationComparison compare_translations(const TranslationScore& baseline,
                                           const TranslationScore& system,
                                           const TranslationScoreOptions& options,
                                           const BootstrapOptions& bootstrap) {
  return {compare_bleu(baseline.bleu_lines, system.bleu_lines, options.bleu, bootstrap),
          compare_chrf(baseline.chrf_lines, system.chrf_lines, options.chrf, bootstrap)};
}

}  // namespace roformer::metric
