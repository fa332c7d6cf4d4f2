#include "roformer/metric/bleu.h"

#include <gtest/gtest.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/metric/ngram_matches.h"
#include "roformer/metric/translation_score.h"

namespace roformer::metric {
namespace {

using Lines = std::vector<std::string>;

BleuStatistics bleu_of_line(std::string_view hypothesis, std::vector<std::string_view> references,
                            const BleuOptions& options = {}) {
  return bleu_statistics(hypothesis, references, options);
}

TEST(NgramMatchesTest, CountsAreClippedByTheReferenceThatHasMost) {
  const std::vector<Symbols> references = {{7, 1, 7}, {7, 7, 7, 2}};
  EXPECT_EQ(count_matches({7, 7, 7, 7}, references, 3), (std::vector<std::int64_t>{3, 2, 1}));
  EXPECT_EQ(count_matches({7, 1}, references, 3), (std::vector<std::int64_t>{2, 1, 0}));
  EXPECT_EQ(count_matches({}, references, 2), (std::vector<std::int64_t>{0, 0}));
  EXPECT_EQ(count_matches({1}, {}, 1), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(count_ngrams(3, 3), 1);
  EXPECT_EQ(count_ngrams(2, 3), 0);
  EXPECT_EQ(count_ngrams(0, 1), 0);
}

// The example of Papineni et al. 2002, section 2.1: "the" seven times has two matches.
TEST(BleuTest, ModifiedPrecisionOfThePaper) {
  const auto statistics = bleu_of_line("the the the the the the the",
                                       {"the cat is on the mat", "there is a cat on the mat"});
  EXPECT_EQ(statistics.correct, (std::array<std::int64_t, 4>{2, 0, 0, 0}));
  EXPECT_EQ(statistics.total, (std::array<std::int64_t, 4>{7, 6, 5, 4}));
  EXPECT_EQ(statistics.hypothesis_length, 7);
  EXPECT_EQ(statistics.reference_length, 7);
}

TEST(BleuTest, ClosestReferenceLengthAndTheShorterOfTwo) {
  EXPECT_EQ(bleu_of_line("a b c", {"a b c d e", "a"}).reference_length, 1);
  EXPECT_EQ(bleu_of_line("a b c", {"a", "a b c d e"}).reference_length, 1);
  EXPECT_EQ(bleu_of_line("a b c", {"a", "a b c d"}).reference_length, 4);
  EXPECT_EQ(bleu_of_line("", {"a", ""}).reference_length, 0);
}

TEST(BleuTest, PerfectAndHopeless) {
  const Lines lines = {"a b c d e", ""};
  EXPECT_NEAR(corpus_bleu(lines, {lines}).score, 100, 1e-9);
  EXPECT_EQ(corpus_bleu(lines, {{"v w x y z", ""}}).score, 0);
  const Lines nothing = {"", ""};
  EXPECT_EQ(corpus_bleu(nothing, {lines}).score, 0);
  EXPECT_EQ(corpus_bleu(nothing, {lines}).brevity_penalty, 0);
  EXPECT_EQ(corpus_bleu(nothing, {nothing}).score, 0);
  EXPECT_EQ(corpus_bleu(nothing, {nothing}).length_ratio(), 0);
}

TEST(BleuTest, SmoothingOfOrdersWithoutAMatch) {
  BleuStatistics statistics;
  statistics.correct = {4, 1, 0, 0};
  statistics.total = {5, 4, 3, 2};
  statistics.hypothesis_length = statistics.reference_length = 5;
  const auto score = [&](BleuSmoothing smoothing, std::optional<double> value = {}) {
    BleuOptions options;
    options.smoothing = smoothing;
    options.smoothing_value = value;
    return bleu_score(statistics, options);
  };
  EXPECT_EQ(score(BleuSmoothing::none).score, 0);
  const auto exp = score(BleuSmoothing::exp);
  EXPECT_DOUBLE_EQ(exp.precisions[2], 100.0 / 2 / 3);
  EXPECT_DOUBLE_EQ(exp.precisions[3], 100.0 / 4 / 2);
  EXPECT_NEAR(exp.score, 100 * std::pow(0.8 * 0.25 / 6 / 8, 0.25), 1e-9);
  EXPECT_DOUBLE_EQ(score(BleuSmoothing::floor).precisions[3], 5);
  EXPECT_DOUBLE_EQ(score(BleuSmoothing::floor, 0.5).precisions[3], 25);
  EXPECT_DOUBLE_EQ(score(BleuSmoothing::add_k).precisions[0], 80);
  EXPECT_DOUBLE_EQ(score(BleuSmoothing::add_k).precisions[3], 100.0 / 3);
}

TEST(BleuTest, EffectiveOrderForShortSentences) {
  BleuOptions options;
  EXPECT_EQ(bleu_score(bleu_of_line("a b", {"a b"}), options).score, 0);
  options.effective_order = true;
  EXPECT_NEAR(bleu_score(bleu_of_line("a b", {"a b"}), options).score, 100, 1e-9);
}

TEST(BleuTest, StatisticsOfPartsSumToTheWhole) {
  const Lines hypotheses = {"a b c d.", "x", ""}, references = {"a b c e.", "x y", "z"};
  BleuStatistics sum;
  for (std::size_t i = 0; i < hypotheses.size(); ++i)
    sum += bleu_of_line(hypotheses[i], {references[i]});
  const auto lines = bleu_statistics(hypotheses, References{references}, {});
  EXPECT_EQ(sum_of<BleuStatistics>(lines), sum);
  EXPECT_EQ(sum.hypothesis_length, 6);
}

TEST(BleuTest, LowerCase) {
  BleuOptions options;
  EXPECT_EQ(bleu_of_line("DAS Haus", {"das haus"}, options).correct[0], 0);
  options.lowercase = true;
  EXPECT_EQ(bleu_of_line("DAS Haus", {"das haus"}, options).correct[0], 2);
}

TEST(BleuTest, SignatureSaysEveryOption) {
  BleuOptions options;
  EXPECT_EQ(bleu_signature(options, 1),
            "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0");
  options = {ScoreTokenizer::international, BleuSmoothing::add_k, std::nullopt, true, true};
  EXPECT_EQ(bleu_signature(options, 3),
            "nrefs:3|case:lc|eff:yes|tok:intl|smooth:add-k[1.00]|version:2.6.0");
}

TEST(BleuTest, LineOfFigures) {
  const Lines lines = {"a b c d e"};
  EXPECT_EQ(format_bleu(corpus_bleu(lines, {lines})),
            "BLEU = 100.00 100.0/100.0/100.0/100.0 (BP = 1.000 ratio = 1.000 hyp_len = 5 ref_len = "
            "5)");
}

TEST(BleuTest, UnequalLinesAndNoReferencesAreErrors) {
  const Lines lines = {"a", "b"};
  EXPECT_THROW(corpus_bleu(lines, {}), Error);
  EXPECT_THROW(corpus_bleu(lines, {{"a"}}), Error);
  EXPECT_THROW(corpus_bleu(lines, {lines, {"a", "b", "c"}}), Error);
  EXPECT_THROW(bleu_of_line("a", {}), Error);
  EXPECT_THROW(find_bleu_smoothing("add_k"), Error);
  EXPECT_EQ(find_bleu_smoothing("add-k"), BleuSmoothing::add_k);
}

TEST(BleuTest, LongLine) {
  std::string line;
  for (int i = 0; i < 200'000; ++i) line += i % 3 == 0 ? "a " : "b ";
  const auto statistics = bleu_of_line(line, {line});
  EXPECT_EQ(statistics.correct, statistics.total);
  EXPECT_EQ(statistics.total[3], 199'997);
}

}  // namespace
}  // namespace roformer::metric
