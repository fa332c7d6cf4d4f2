#include "roformer/study/seed_series.h"

#include <gtest/gtest.h>

#include <cmath>

namespace roformer::study {
namespace {

TEST(SeedSeries, MeanAndIntervalWhereAllRunsHaveAPoint) {
  const auto line = mean_over_seeds(
      "BERT", {{"", {1, 2, 4}, {1, 5, 9}}, {"", {1, 2, 3}, {3, 7, 9}}, {"", {1, 2}, {5, 9}}});
  EXPECT_EQ(line.name, "BERT");
  EXPECT_EQ(line.colour_key, "BERT");
  EXPECT_EQ(line.x, (std::vector<double>{1, 2}));
  EXPECT_EQ(line.y, (std::vector<double>{3, 7}));
  ASSERT_TRUE(line.band.has_value());
  const double half = 4.302652729749464 * 2 / std::sqrt(3.0);  // t(0.975, 2) · s / √n
  ASSERT_EQ(line.band->lower.size(), 2u);
  EXPECT_NEAR(line.band->lower[0], 3 - half, 1e-9);
  EXPECT_NEAR(line.band->upper[1], 7 + half, 1e-9);
}

TEST(SeedSeries, OneRunHasNoBand) {
  const auto line = mean_over_seeds("BERT", {{"", {1, 2}, {4, 3}}});
  EXPECT_EQ(line.y, (std::vector<double>{4, 3}));
  EXPECT_FALSE(line.band.has_value());
  EXPECT_EQ(band_title(1), "");
  EXPECT_EQ(band_title(3), "line: mean, band: its 95 % interval (Student's t), three seeds");
}

}  // namespace
}  // namespace roformer::study
