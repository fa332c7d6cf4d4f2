#include "roformer/study/table1_scores.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

using tests::has_text;

ComparedTest compared(const std::string& test, std::int64_t seed, double transformer,
                      double roformer, double p_value) {
  ComparedTest result{test, seed, {}};
  metric::PairedComparison& bleu = result.scores.bleu;
  bleu.resamples = 1000;
  bleu.randomisation_p_value = p_value;
  bleu.bootstrap.differs = true;
  bleu.bootstrap.p_value = p_value;
  bleu.bootstrap.baseline = {transformer, transformer, 1.5};
  bleu.bootstrap.system = {roformer, roformer, 1.25};
  const double difference = roformer - transformer;
  bleu.bootstrap.difference_95 = {difference - 0.5, difference + 0.5};
  return result;
}

TEST(Table1Scores, DifferencesHaveADirectionAndAnInterval) {
  const std::vector<ComparedTest> tests = {compared("news", 0, 30, 29, 0.002),
                                           compared("talks", 0, 20, 20.25, 0.4)};
  const auto table = score_table(tests);
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"news", "30.00 ± 1.50", "29.00 ± 1.25",
                                                     "-1.00 [-1.50, -0.50]", "p 0.002", "p 0.002",
                                                     "0.00", "0.00"}));
  EXPECT_EQ(table.rows[2][1], "27.3");
  const auto lines = score_verdicts(tests);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(has_text(lines[0],
                       "RoFormer's BLEU beside the Transformer's: lower by 1.00 [0.50, "
                       "1.50], p 0.002"))
      << lines[0];
  EXPECT_TRUE(has_text(lines[1], "not told apart: difference +0.25 [-0.25, 0.75], p 0.4"));
  EXPECT_TRUE(has_text(lines[2], "One seed"));
}

TEST(Table1Scores, SeedsTogetherAreAPairedTTest) {
  std::vector<ComparedTest> tests;
  const double rotary[] = {30.5, 31.5, 32.53};
  for (int seed = 0; seed < 3; ++seed) {
    tests.push_back(compared("news", seed, 30 + seed, rotary[seed], 0.01));
    tests.push_back(compared("talks", seed, 20, 19 + seed, 0.01));
  }
  const auto table = seed_table(tests);
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"news", "31.00 ± 2.48", "31.51 ± 2.52",
                                                     "+0.51 ± 0.04, p < 0.001"}));
  EXPECT_TRUE(has_text(table.caption, "three seeds"));
  const auto lines = score_verdicts(tests);
  ASSERT_EQ(lines.size(), 8u);
  // What the seeds say together stands first.
  EXPECT_TRUE(has_text(lines[0], "higher by 0.51 [0.47, 0.55], p < 0.001, three seeds"));
  EXPECT_TRUE(has_text(lines[1], "not told apart by three seeds: difference 0.00 [-2.48, 2.48]"));
  EXPECT_TRUE(has_text(lines[5], "talks, seed 1")) << lines[5];
  const auto json = to_json(tests);
  ASSERT_EQ(json.size(), 6u);
  EXPECT_EQ(json[2].at("test"), "news");
  EXPECT_EQ(json[2].at("seed"), 1);
  EXPECT_EQ(json[2].at("transformer_bleu"), 31);
  EXPECT_EQ(json[2].at("roformer_bleu"), 31.5);
  EXPECT_EQ(json[2].at("difference_95"), (nlohmann::json{0.0, 1.0}));
  EXPECT_EQ(json[2].at("p_value"), 0.01);
}

TEST(Table1Scores, ThePapersNumberIsOfAnotherKind) {
  for (const bool is_tokenized : {true, false}) {
    const std::string note = paper_note(is_tokenized);
    EXPECT_TRUE(has_text(note, "is no sacreBLEU")) << note;
    EXPECT_TRUE(has_text(note, "compounds split")) << note;
    EXPECT_EQ(has_text(note, "--tokenize compounds"), !is_tokenized) << note;
  }
}

}  // namespace
}  // namespace roformer::study
