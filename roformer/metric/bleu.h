// BLEU of a corpus (Papineni et al. 2002, "BLEU: a Method for Automatic Evaluation of Machine
// Translation"), equal to sacrebleu (Post 2018) under the same signature.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "roformer/metric/score_tokenizer.h"

namespace roformer::metric {

/// The longest n-grams that BLEU counts.
constexpr int kBleuOrder = 4;
/// The release of sacrebleu whose scores ours equal; signatures name it.
constexpr const char* kSacrebleuVersion = "2.6.0";

/// What stands for a precision of 0, whose logarithm there is not (Chen and Cherry 2014).
enum class BleuSmoothing {
  none,   // 0: then BLEU is 0
  floor,  // method 1: so many matches instead of none
  add_k,  // method 2: so many matches and n-grams more, n > 1
  exp,    // method 3, mteval's: 1/2, 1/4, … matches for the first, second, … order without any
};

/// The name as a signature has it: none, floor, add-k or exp.
const char* name_of(BleuSmoothing smoothing);
/// The smoothing of that name. Throws Error that lists the names if there is none.
BleuSmoothing find_bleu_smoothing(std::string_view name);

struct BleuOptions {
  ScoreTokenizer tokenizer = ScoreTokenizer::mteval_13a;
  BleuSmoothing smoothing = BleuSmoothing::exp;
  std::optional<double> smoothing_value;  // of floor and add_k; without: 0.1 and 1
  bool lowercase = false;
  /// Orders of which there is no n-gram are left out; for single sentences.
  bool effective_order = false;
};

/// What BLEU needs to know of a sentence, or of any number of them: sums of it are sums of these.
struct BleuStatistics {
  std::array<std::int64_t, kBleuOrder> correct = {};  // n-grams that a reference has, n = 1 … 4
  std::array<std::int64_t, kBleuOrder> total = {};    // n-grams of the hypothesis
  std::int64_t hypothesis_length = 0;                 // tokens
  std::int64_t reference_length = 0;                  // of the reference closest in length

  /// Adds the counts of another sentence.
  BleuStatistics& operator+=(const BleuStatistics& other);
  bool operator==(const BleuStatistics&) const = default;
};

struct BleuScore {
  double score = 0;                                // 0 … 100
  std::array<double, kBleuOrder> precisions = {};  // 0 … 100, n = 1 … 4, smoothed
  double brevity_penalty = 1;
  std::int64_t hypothesis_length = 0;
  std::int64_t reference_length = 0;

  /// Length of the hypotheses in lengths of the references; 0 if these are empty.
  double length_ratio() const;
};

/// Statistics of one sentence; `references` are its translations by different hands, at least one.
BleuStatistics bleu_statistics(std::string_view hypothesis,
                               std::span<const std::string_view> references,
                               const BleuOptions& options);

/// The score of sums of statistics.
BleuScore bleu_score(const BleuStatistics& statistics, const BleuOptions& options);

/// "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0".
std::string bleu_signature(const BleuOptions& options, std::size_t num_references);

/// "BLEU = 27.30 58.9/33.0/20.8/13.6 (BP = 1.000 ratio = 1.006 hyp_len = 63060 ref_len = 62688)".
std::string format_bleu(const BleuScore& score);

}  // namespace roformer::metric
