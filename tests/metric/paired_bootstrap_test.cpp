#include "roformer/metric/paired_bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "roformer/metric/translation_score.h"

namespace roformer::metric {
namespace {

// A metric of which everything is known: the mean of the lines' points.
struct Points {
  double sum = 0;
  int lines = 0;
  Points& operator+=(const Points& other) {
    sum += other.sum;
    lines += other.lines;
    return *this;
  }
};

double mean_points(const Points& points) {
  return points.sum / points.lines;
}

std::vector<Points> points_of(int lines, double mean, double spread) {
  std::vector<Points> points;
  for (int i = 0; i < lines; ++i) points.push_back({mean + (i % 2 == 0 ? spread : -spread), 1});
  return points;
}

TEST(PairedBootstrapTest, AConstantDifferenceIsCertain) {
  const auto result = paired_bootstrap(points_of(100, 10, 3), points_of(100, 11, 3), mean_points);
  EXPECT_DOUBLE_EQ(result.baseline.score, 10);
  EXPECT_DOUBLE_EQ(result.system.score, 11);
  EXPECT_DOUBLE_EQ(result.system_wins, 1);
  EXPECT_TRUE(result.differs);
  EXPECT_LT(result.p_value, 0.001);
  EXPECT_LT(result.sacrebleu_p_value, 0.001);
  EXPECT_NEAR(result.difference_95.lower, 1, 1e-12);
  EXPECT_NEAR(result.difference_95.upper, 1, 1e-12);
}

// The difference of n lines with standard deviation s has s / sqrt(n).
TEST(PairedBootstrapTest, IntervalOfTheDifferenceIsThatOfTheMean) {
  std::vector<Points> baseline = points_of(400, 10, 3), system = baseline;
  for (std::size_t i = 0; i < system.size(); ++i) system[i].sum += i % 4 < 2 ? 2.5 : -1.5;
  const auto result = paired_bootstrap(baseline, system, mean_points, {4000, 1});
  EXPECT_NEAR(result.difference_95.lower, 0.5 - 1.96 * 2 / 20, 0.02);
  EXPECT_NEAR(result.difference_95.upper, 0.5 + 1.96 * 2 / 20, 0.02);
}

// A difference of 1.5 standard errors: to one side 6.7 %, to either 13.4 %.
TEST(PairedBootstrapTest, PCountsBothSides) {
  std::vector<Points> baseline = points_of(400, 10, 3), system = baseline;
  for (std::size_t i = 0; i < system.size(); ++i) system[i].sum += i % 4 < 2 ? 2.15 : -1.85;
  EXPECT_NEAR(paired_bootstrap(baseline, system, mean_points, {4000, 1}).p_value, 0.134, 0.02);
  EXPECT_NEAR(paired_bootstrap(system, baseline, mean_points, {4000, 1}).p_value, 0.134, 0.02);
}

// The mean of n lines with standard deviation s has s / sqrt(n): 95 % lie within 1.96 of it.
TEST(PairedBootstrapTest, IntervalIsThatOfTheMean) {
  const auto points = points_of(400, 10, 2);
  const auto result = paired_bootstrap(points, points, mean_points, {4000, 1});
  EXPECT_NEAR(result.system.half_width, 1.96 * 2 / 20, 0.02);
  EXPECT_NEAR(result.system.mean, 10, 0.01);
}

TEST(PairedBootstrapTest, TheSameSystemNeverDiffers) {
  const auto points = points_of(9, 1, 1);
  const auto result = paired_bootstrap(points, points, mean_points, {99, 5});
  EXPECT_FALSE(result.differs);
  EXPECT_EQ(result.system_wins, 0);
  EXPECT_EQ(result.p_value, 1);
  EXPECT_DOUBLE_EQ(result.sacrebleu_p_value, 0.01) << "theirs";
}

TEST(PairedBootstrapTest, NoiseIsNotSignificant) {
  std::vector<Points> baseline = points_of(200, 10, 3), system = baseline;
  for (std::size_t i = 0; i < system.size(); ++i) system[i].sum += i % 4 < 2 ? 1.0 : -0.98;
  const auto result = paired_bootstrap(baseline, system, mean_points);
  EXPECT_GT(result.p_value, 0.3);
  EXPECT_GT(result.system_wins, 0.3);
  EXPECT_LT(result.system_wins, 0.8);
}

TEST(PairedBootstrapTest, SeedsDecide) {
  EXPECT_EQ(draw_lines({10, 1}, 3, 50), draw_lines({99, 1}, 3, 50));
  EXPECT_NE(draw_lines({10, 1}, 3, 50), draw_lines({10, 2}, 3, 50));
  EXPECT_NE(draw_lines({10, 1}, 3, 50), draw_lines({10, 1}, 4, 50));
  EXPECT_EQ(draw_lines({10, 1}, 0, 1), (std::vector<std::uint32_t>{0}));
}

TEST(PairedBootstrapTest, EveryLineIsDrawnAboutEquallyOften) {
  std::vector<int> counts(7);
  for (int resample = 0; resample < 1000; ++resample) {
    for (const auto line : draw_lines({1000, 3}, resample, counts.size())) ++counts.at(line);
  }
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  EXPECT_GT(*least, 850);
  EXPECT_LT(*most, 1150);
}

TEST(PairedBootstrapTest, WithoutLinesOrResamplesOrWithUnequalOnesAreErrors) {
  EXPECT_THROW(paired_bootstrap(points_of(0, 1, 1), points_of(0, 1, 1), mean_points), Error);
  EXPECT_THROW(paired_bootstrap(points_of(2, 1, 1), points_of(3, 1, 1), mean_points), Error);
  EXPECT_THROW(paired_bootstrap(points_of(2, 1, 1), points_of(2, 1, 1), mean_points, {0, 1}),
               Error);
}

TEST(TranslationScoreTest, BothMetricsAreCompared) {
  const std::vector<std::string> references = {"a b c d e", "f g h i j"};
  const std::vector<std::string> wrong = {"a b x d e", "f g x i j"};
  const auto good = score_translations(references, {references});
  const auto bad = score_translations(wrong, {references});
  EXPECT_NEAR(good.bleu.score, 100, 1e-9);
  EXPECT_NEAR(good.chrf, 100, 1e-9);
  const auto comparison = compare_translations(bad, good, {}, {200, 1});
  EXPECT_EQ(comparison.bleu.bootstrap.system_wins, 1);
  EXPECT_EQ(comparison.chrf.bootstrap.system_wins, 1);
  EXPECT_DOUBLE_EQ(comparison.bleu.bootstrap.baseline.score, bad.bleu.score);
  EXPECT_DOUBLE_EQ(comparison.chrf.bootstrap.baseline.score, bad.chrf);
}

}  // namespace
}  // namespace roformer::metric
