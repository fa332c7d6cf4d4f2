// BLEU and chrF of whole corpora: statistics line by line, and their sums.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "roformer/metric/bleu.h"
#include "roformer/metric/chrf.h"

namespace roformer::metric {

/// References of a corpus: one or more translations of each line, as [reference][line].
using References = std::vector<std::vector<std::string>>;

/// Statistics of each line. Throws Error where the numbers of lines differ or there is no
/// reference.
std::vector<BleuStatistics> bleu_statistics(std::span<const std::string> hypotheses,
                                            const References& references,
                                            const BleuOptions& options);
std::vector<ChrfStatistics> chrf_statistics(std::span<const std::string> hypotheses,
                                            const References& references,
                                            const ChrfOptions& options);

/// The statistics of all lines together.
template <typename Statistics>
Statistics sum_of(std::span<const Statistics> lines) {
  Statistics sum;
  for (const Statistics& line : lines) sum += line;
  return sum;
}

/// The scores of a corpus.
BleuScore corpus_bleu(std::span<const std::string> hypotheses, const References& references,
                      const BleuOptions& options = {});
double corpus_chrf(std::span<const std::string> hypotheses, const References& references,
                   const ChrfOptions& options = {});

}  // namespace roformer::metric
