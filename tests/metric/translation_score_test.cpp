#include "roformer/metric/translation_score.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::metric {
namespace {

using Lines = std::vector<std::string>;

const References four_references = {
    {"the cat sat on a mat", "a small dog barks", "she reads books", "it rains all day"}};
const Lines good = {"the cat sat on the mat", "a small dog", "she reads books", "it rains all day"};
const Lines bad = {"a mat", "cats bark", "books are read", "rain"};

TEST(TranslationScore, HoldsBothScoresAndTheirLines) {
  const TranslationScore score = score_translations(good, four_references);
  EXPECT_EQ(score.bleu.score, corpus_bleu(good, four_references).score);
  EXPECT_EQ(score.chrf, corpus_chrf(good, four_references));
  EXPECT_EQ(score.bleu_lines, bleu_statistics(good, four_references, {}));
  EXPECT_EQ(score.chrf_lines, chrf_statistics(good, four_references, {}));
}

TEST(TranslationScore, OptionsReachBothMetrics) {
  TranslationScoreOptions options;
  options.bleu.lowercase = true;
  options.chrf.word_order = 2;
  const Lines loud = {"THE CAT SAT ON A MAT", "A SMALL DOG BARKS", "SHE READS BOOKS",
                      "IT RAINS ALL DAY"};
  const TranslationScore score = score_translations(loud, four_references, options);
  EXPECT_NEAR(score.bleu.score, 100, 1e-9);
  EXPECT_EQ(score.chrf, corpus_chrf(loud, four_references, options.chrf));
}

TEST(TranslationScore, ComparisonIsOfTheSecondWithTheFirst) {
  const auto a = score_translations(bad, four_references),
             b = score_translations(good, four_references);
  const TranslationComparison comparison = compare_translations(a, b);
  EXPECT_NEAR(comparison.bleu.bootstrap.baseline.score, a.bleu.score, 1e-9);
  EXPECT_NEAR(comparison.bleu.bootstrap.system.score, b.bleu.score, 1e-9);
  EXPECT_NEAR(comparison.chrf.bootstrap.baseline.score, a.chrf, 1e-9);
  EXPECT_NEAR(comparison.chrf.bootstrap.system.score, b.chrf, 1e-9);
}

const Lines test_hypotheses = {"the cat sat on the mat", "a dog", "he reads"};
const References test_references = {
    {"the cat sat on a mat", "a small dog barks", "she reads books"},
    {"a cat was on the mat", "the dog", "he reads"}};

// Numbers of sacrebleu 2.6.0: corpus_score of BLEU(), CHRF() and CHRF(word_order=2).
TEST(CorpusScore, EqualsSacrebleu) {
  const BleuScore bleu = corpus_bleu(test_hypotheses, test_references);
  EXPECT_NEAR(bleu.score, 66.26877340247366, 1e-10);
  EXPECT_EQ(bleu.hypothesis_length, 10);
  EXPECT_EQ(bleu.reference_length, 10);
  EXPECT_NEAR(corpus_bleu(test_hypotheses, {test_references[0]}).score, 36.22030835305509, 1e-10);
  EXPECT_NEAR(corpus_chrf(test_hypotheses, test_references), 70.79191171988548, 1e-10);
  EXPECT_NEAR(corpus_chrf(test_hypotheses, test_references, {.word_order = 2}), 70.23701541703174,
              1e-10);
}

TEST(CorpusScore, StatisticsOfLinesAddUp) {
  const auto lines = bleu_statistics(test_hypotheses, test_references, {});
  ASSERT_EQ(lines.size(), 3u);
  const auto sum = sum_of<BleuStatistics>(lines);
  EXPECT_EQ(sum.correct, (std::array<std::int64_t, 4>{9, 6, 3, 1}));
  EXPECT_EQ(sum.total, (std::array<std::int64_t, 4>{10, 7, 4, 3}));
  EXPECT_EQ(sum_of<BleuStatistics>({}), BleuStatistics{});
}

TEST(CorpusScore, LinesMustMatch) {
  const auto refused = [&](const References& wrong, std::string_view part) {
    const auto message = tests::error_message([&] { corpus_bleu(test_hypotheses, wrong); });
    EXPECT_TRUE(tests::has_text(message, part)) << message;
    EXPECT_THROW(corpus_chrf(test_hypotheses, wrong), Error);
  };
  refused({}, "expected references but got none");
  refused({test_references[0], {"one"}}, "3, but got 1");
}

}  // namespace
}  // namespace roformer::metric
