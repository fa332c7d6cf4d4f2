#include "roformer/metric/chrf.h"

#include <gtest/gtest.h>

#include "roformer/base/error.h"
#include "roformer/metric/translation_score.h"

namespace roformer::metric {
namespace {

using Lines = std::vector<std::string>;

ChrfStatistics chrf_of_line(std::string_view hypothesis, std::vector<std::string_view> references,
                            const ChrfOptions& options = {}) {
  return chrf_statistics(hypothesis, references, options);
}

TEST(ChrfTest, CountsCharactersWithoutSpaces) {
  const auto statistics = chrf_of_line("ä b c", {"äbd"});
  EXPECT_EQ(statistics.hypothesis[0], 3);
  EXPECT_EQ(statistics.matches[0], 2);
  EXPECT_EQ(statistics.matches[1], 1);
  EXPECT_EQ(statistics.reference[2], 1);
  EXPECT_EQ(statistics.reference[3], 0);
}

// By hand: precisions and recalls 2/3, 1/2 and 0 of orders 1 to 3, the longer ones left out.
TEST(ChrfTest, MeanOverTheOrdersThatThereAre) {
  EXPECT_NEAR(chrf_score(chrf_of_line("abc", {"abd"}), {}), 100 * (2.0 / 3 + 0.5) / 3, 1e-9);
}

TEST(ChrfTest, RecallWeighsMore) {
  EXPECT_GT(chrf_score(chrf_of_line("abcdef", {"abc"}), {}),
            chrf_score(chrf_of_line("abc", {"abcdef"}), {}));
}

TEST(ChrfTest, PerfectAndHopeless) {
  const Lines lines = {"a b c", ""}, nothing = {"", ""};
  EXPECT_NEAR(corpus_chrf(lines, {lines}), 100, 1e-9);
  EXPECT_EQ(corpus_chrf(nothing, {lines}), 0);
  EXPECT_EQ(corpus_chrf(nothing, {nothing}), 0);
  EXPECT_EQ(corpus_chrf(lines, {{"xyz", ""}}), 0);
}

TEST(ChrfTest, BestReferenceOfALine) {
  EXPECT_EQ(chrf_of_line("abc", {"xyz", "abc"}), chrf_of_line("abc", {"abc"}));
  EXPECT_EQ(chrf_of_line("abc", {"abc", "xyz"}), chrf_of_line("abc", {"abc"}));
}

TEST(ChrfTest, WordsLoseOneMarkAtAnEnd) {
  ChrfOptions options;
  options.word_order = 2;
  const std::size_t words = kMaxChrfCharacterOrder;
  EXPECT_EQ(chrf_of_line("(ja) . «é»", {"x"}, options).hypothesis[words], 4);  // (ja ) . «é»
  EXPECT_EQ(chrf_of_line("é, (b", {"é , ( b"}, options).matches[words + 1], 3);
  EXPECT_EQ(chrf_name(options), "chrF2++");
  EXPECT_EQ(chrf_signature(options, 2),
            "nrefs:2|case:mixed|eff:yes|nc:6|nw:2|space:no|version:2.6.0");
}

TEST(ChrfTest, OrdersOutOfRangeAreErrors) {
  for (const auto& [characters, words, beta] :
       {std::array{0, 0, 2}, {7, 0, 2}, {6, 3, 2}, {6, -1, 2}, {6, 0, 0}}) {
    const ChrfOptions options{characters, words, beta, false};
    EXPECT_THROW(chrf_of_line("a", {"a"}, options), Error);
  }
  EXPECT_THROW(chrf_of_line("a", {}), Error);
}

}  // namespace
}  // namespace roformer::metric
