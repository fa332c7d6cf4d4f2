#include "roformer/metric/paired_comparison.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "roformer/base/random.h"
#include "roformer/metric/score_words.h"
#include "roformer/metric/translation_score.h"

namespace roformer::metric {
namespace {

using Lines = std::vector<std::string>;

// Frequent words are much more frequent, as in text.
std::string some_word(std::uint64_t seed, std::uint64_t place) {
  const double share = base::uniform(seed, place);
  return "w" + std::to_string(static_cast<int>(2000 * share * share * share));
}

Lines some_text(std::uint64_t seed, std::size_t count) {
  Lines lines(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t line = base::derive(seed, i);
    const auto words = 5 + base::uniform_below(line, 0, 30);
    for (std::uint64_t word = 1; word <= words; ++word)
      lines[i] += (word > 1 ? " " : "") + some_word(line, word);
  }
  return lines;
}

// A line with some of its words replaced or dropped, of each line another share.
std::string perturbed(const std::string& line, std::uint64_t seed) {
  const double strength = 0.2 + 0.5 * base::uniform(seed, 0);
  std::string result;
  std::uint64_t place = 0;
  for (const std::string_view word : split_words(line)) {
    const double kind = base::uniform(seed, ++place);
    if (kind < 0.1 * strength) continue;
    if (!result.empty()) result += ' ';
    result += kind < strength ? some_word(seed ^ 1, place) : std::string(word);
  }
  return result;
}

Lines perturbed(const Lines& lines, std::uint64_t seed) {
  Lines result;
  for (std::size_t i = 0; i < lines.size(); ++i)
    result.push_back(perturbed(lines[i], base::derive(seed, i)));
  return result;
}

struct Rates {
  double bootstrap = 0, randomisation = 0, sacrebleu = 0, outside = 0;
};

// How often two systems of which neither is the better (both are perturbed alike, by other random
// numbers) get p < 0.05, and how often 0 lies outside the difference's interval.
Rates rates_without_a_difference(int pairs, std::size_t lines, int resamples) {
  BleuOptions options;
  options.tokenizer = ScoreTokenizer::none;
  Rates rates;
  for (int pair = 0; pair < pairs; ++pair) {
    const auto seed = static_cast<std::uint64_t>(pair);
    const Lines references = some_text(base::derive(1, seed), lines);
    const auto statistics = [&](std::uint64_t system) {
      return bleu_statistics(perturbed(references, base::derive(system, seed)), {references},
                             options);
    };
    const auto found = compare_bleu(statistics(2), statistics(3), options, {resamples, seed});
    const Interval& interval = found.bootstrap.difference_95;
    rates.bootstrap += found.bootstrap.p_value < 0.05;
    rates.randomisation += found.randomisation_p_value < 0.05;
    rates.sacrebleu += found.bootstrap.sacrebleu_p_value < 0.05;
    rates.outside += interval.lower > 0 || interval.upper < 0;
  }
  for (double* rate : {&rates.bootstrap, &rates.randomisation, &rates.sacrebleu, &rates.outside})
    *rate /= pairs;
  return rates;
}

// Of 400 pairs a right test calls 5 % different, with a standard error of 1.1 %.
TEST(PairedComparison, OneInTwentyWithoutADifferenceIsCalledDifferent) {
  const Rates rates = rates_without_a_difference(400, 200, 400);
  RecordProperty("bootstrap", std::to_string(rates.bootstrap));
  RecordProperty("randomisation", std::to_string(rates.randomisation));
  for (const double rate : {rates.bootstrap, rates.randomisation, rates.outside}) {
    EXPECT_GE(rate, 0.025);
    EXPECT_LE(rate, 0.075);
  }
  EXPECT_GT(rates.sacrebleu, 0.08) << "the reason why p is not sacrebleu's";
}

TEST(PairedComparison, ADifferenceIsFound) {
  const Lines references = some_text(1, 200), poor = perturbed(references, 2);
  const Lines rich = [&] {
    Lines lines = perturbed(references, 3);
    for (std::size_t i = 0; i < lines.size(); i += 4) lines[i] = references[i];
    return lines;
  }();
  const TranslationScore a = score_translations(poor, {references}),
                         b = score_translations(rich, {references});
  const TranslationComparison up = compare_translations(a, b), down = compare_translations(b, a);
  for (const auto& comparison : {up.bleu, up.chrf}) {
    EXPECT_TRUE(comparison.is_told_apart());
    EXPECT_GT(comparison.bootstrap.difference_95.lower, 0);
    EXPECT_LT(comparison.bootstrap.p_value, 0.001);
    EXPECT_LT(comparison.randomisation_p_value, 0.001);
  }
  EXPECT_EQ(describe(up.bleu).find("higher by "), 0u) << describe(up.bleu);
  EXPECT_EQ(describe(down.bleu).find("lower by "), 0u) << describe(down.bleu);
  EXPECT_NE(describe(up.bleu).find("p < 0.001 (approximate randomisation)"), std::string::npos);
  EXPECT_EQ(up.bleu.bootstrap.p_value, down.bleu.bootstrap.p_value) << "two-sided";
}

TEST(PairedComparison, Words) {
  PairedComparison comparison;
  comparison.resamples = 50;
  EXPECT_EQ(describe(comparison), "no difference on any line");
  comparison.bootstrap.differs = true;
  comparison.bootstrap.baseline.score = 20;
  comparison.bootstrap.system.score = 20.3;
  comparison.bootstrap.difference_95 = {-0.5, 1.1};
  comparison.bootstrap.p_value = 0.04;
  comparison.randomisation_p_value = 0.06;
  EXPECT_EQ(describe(comparison),
            "not told apart: difference +0.30 [-0.50, 1.10], p 0.04 (paired bootstrap, "
            "two-sided), p 0.06 (approximate randomisation)");
  comparison.bootstrap.p_value = comparison.randomisation_p_value = 1.0 / 51;
  comparison.bootstrap.system.score = 18;
  comparison.bootstrap.difference_95 = {-3, -1};
  EXPECT_EQ(describe(comparison),
            "lower by 2.00 [1.00, 3.00], p ≤ 0.02 (paired bootstrap, two-sided), p ≤ 0.02 "
            "(approximate randomisation)");
}

}  // namespace
}  // namespace roformer::metric
