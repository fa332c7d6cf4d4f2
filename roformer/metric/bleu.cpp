#include "roformer/metric/bleu.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/nearest_name.h"
#include "roformer/metric/ngram_matches.h"
#include "roformer/metric/score_words.h"

namespace roformer::metric {
namespace {

struct NamedSmoothing {
  BleuSmoothing smoothing;
  const char* name;
  std::optional<double> value;  // its default, where it takes one
};

constexpr NamedSmoothing kBleuSmoothings[] = {{BleuSmoothing::none, "none", std::nullopt},
                                              {BleuSmoothing::floor, "floor", 0.1},
                                              {BleuSmoothing::add_k, "add-k", 1.0},
                                              {BleuSmoothing::exp, "exp", std::nullopt}};

const NamedSmoothing& find_named(BleuSmoothing smoothing) {
  for (const NamedSmoothing& named : kBleuSmoothings) {
    if (named.smoothing == smoothing) return named;
  }
  base::fail("[metric] expected a smoothing of BLEU but got number {}",
             static_cast<int>(smoothing));
}

double smoothing_value(const BleuOptions& options) {
  return options.smoothing_value.value_or(find_named(options.smoothing).value.value_or(0));
}

std::string prepare_bleu_line(std::string_view line, const BleuOptions& options) {
  if (!options.lowercase) return separate_tokens(options.tokenizer, without_trailing_space(line));
  const std::string lower = lower_case(line);
  return separate_tokens(options.tokenizer, without_trailing_space(lower));
}

// The length closest to `length`; of two equally close the shorter.
std::int64_t closest_length(std::int64_t length, std::span<const Symbols> references) {
  std::int64_t closest = static_cast<std::int64_t>(references.front().size());
  for (const Symbols& reference : references) {
    const auto other = static_cast<std::int64_t>(reference.size());
    const std::int64_t difference = std::abs(other - length) - std::abs(closest - length);
    if (difference < 0 || (difference == 0 && other < closest)) closest = other;
  }
  return closest;
}

double brevity_penalty(const BleuStatistics& statistics) {
  if (statistics.hypothesis_length >= statistics.reference_length) return 1;
  if (statistics.hypothesis_length == 0) return 0;
  return std::exp(1 - static_cast<double>(statistics.reference_length) /
                          static_cast<double>(statistics.hypothesis_length));
}

// Fills the precisions up to the first order without n-grams; returns how many those are.
int smoothed_precisions(const BleuStatistics& statistics, const BleuOptions& options,
                        std::array<double, kBleuOrder>& precisions) {
  const double value = smoothing_value(options);
  double halving = 1;
  for (int n = 0; n < kBleuOrder; ++n) {
    const auto order = static_cast<std::size_t>(n);
    const double more = options.smoothing == BleuSmoothing::add_k && n > 0 ? value : 0;
    const double total = static_cast<double>(statistics.total[order]) + more;
    double correct = static_cast<double>(statistics.correct[order]) + more;
    if (total == 0) return n;
    if (correct == 0 && options.smoothing == BleuSmoothing::exp) correct = halving /= 2;
    if (correct == 0 && options.smoothing == BleuSmoothing::floor) correct = value;
    precisions[order] = 100 * correct / total;
  }
  return kBleuOrder;
}

// e to the mean logarithm of the first `order` values; 0 if one of them is.
double geometric_mean(const std::array<double, kBleuOrder>& values, int order) {
  double logarithms = 0;
  for (int n = 0; n < order; ++n) logarithms += std::log(values[static_cast<std::size_t>(n)]);
  return std::exp(logarithms / order);
}

}  // namespace

const char* name_of(BleuSmoothing smoothing) {
  return find_named(smoothing).name;
}

BleuSmoothing find_bleu_smoothing(std::string_view name) {
  for (const NamedSmoothing& named : kBleuSmoothings) {
    if (named.name == name) return named.smoothing;
  }
  base::fail("[metric] expected none, floor, add-k or exp as the smoothing of BLEU but got '{}'{}",
             name, base::did_you_mean(name, {"none", "floor", "add-k", "exp"}));
}

BleuStatistics& BleuStatistics::operator+=(const BleuStatistics& other) {
  for (std::size_t n = 0; n < correct.size(); ++n) {
    correct[n] += other.correct[n];
    total[n] += other.total[n];
  }
  hypothesis_length += other.hypothesis_length;
  reference_length += other.reference_length;
  return *this;
}

double BleuScore::length_ratio() const {
  if (reference_length == 0) return 0;
  return static_cast<double>(hypothesis_length) / static_cast<double>(reference_length);
}

BleuStatistics bleu_statistics(std::string_view hypothesis,
                               std::span<const std::string_view> references,
                               const BleuOptions& options) {
  base::require(!references.empty(), "[metric] expected a reference for BLEU but got none");
  std::vector<std::string> lines = {prepare_bleu_line(hypothesis, options)};
  for (const std::string_view reference : references)
    lines.push_back(prepare_bleu_line(reference, options));
  WordNumbers numbers;
  std::vector<Symbols> texts;
  for (const std::string& line : lines) texts.push_back(numbers(split_words(line)));
  const std::span<const Symbols> reference_texts = std::span<const Symbols>(texts).subspan(1);

  BleuStatistics statistics;
  statistics.hypothesis_length = static_cast<std::int64_t>(texts[0].size());
  statistics.reference_length = closest_length(statistics.hypothesis_length, reference_texts);
  const auto matches = count_matches(texts[0], reference_texts, kBleuOrder);
  std::copy(matches.begin(), matches.end(), statistics.correct.begin());
  for (int n = 1; n <= kBleuOrder; ++n)
    statistics.total[static_cast<std::size_t>(n - 1)] = count_ngrams(texts[0].size(), n);
  return statistics;
}

BleuScore bleu_score(const BleuStatistics& statistics, const BleuOptions& options) {
  BleuScore score;
  score.brevity_penalty = brevity_penalty(statistics);
  score.hypothesis_length = statistics.hypothesis_length;
  score.reference_length = statistics.reference_length;
  const auto& correct = statistics.correct;
  if (std::all_of(correct.begin(), correct.end(), [](std::int64_t c) { return c == 0; }))
    return score;  // unsmoothed: without a match there is nothing to score
  const int found = smoothed_precisions(statistics, options, score.precisions);
  const int order = options.effective_order ? found : kBleuOrder;
  score.score = score.brevity_penalty * geometric_mean(score.precisions, order);
  return score;
}

std::string bleu_signature(const BleuOptions& options, std::size_t num_references) {
  std::string smoothing = name_of(options.smoothing);
  if (find_named(options.smoothing).value)
    smoothing += fmt::format("[{:.2f}]", smoothing_value(options));
  return fmt::format("nrefs:{}|case:{}|eff:{}|tok:{}|smooth:{}|version:{}", num_references,
                     options.lowercase ? "lc" : "mixed", options.effective_order ? "yes" : "no",
                     name_of(options.tokenizer), smoothing, kSacrebleuVersion);
}

std::string format_bleu(const BleuScore& score) {
  return fmt::format("BLEU = {:.2f} {:.1f} (BP = {:.3f} ratio = {:.3f} hyp_len = {} ref_len = {})",
                     score.score, fmt::join(score.precisions, "/"), score.brevity_penalty,
                     score.length_ratio(), score.hypothesis_length, score.reference_length);
}

}  // namespace roformer::metric
