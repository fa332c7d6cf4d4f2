#include "roformer/metric/translation_score.h"

#include <gtest/gtest.h>

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
  EXPECT_NEAR(comparison.bleu.baseline.score, a.bleu.score, 1e-9);
  EXPECT_NEAR(comparison.bleu.system.score, b.bleu.score, 1e-9);
  EXPECT_NEAR(comparison.chrf.baseline.score, a.chrf, 1e-9);
  EXPECT_NEAR(comparison.chrf.system.score, b.chrf, 1e-9);
}

}  // namespace
}  // namespace roformer::metric
