#include "roformer/study/seed_series.h"

#include <gtest/gtest.h>

namespace roformer::study {
namespace {

TEST(SeedSeries, MeanAndDeviationWhereAllRunsHaveAPoint) {
  const auto line = mean_over_seeds(
      "BERT", {{"", {1, 2, 4}, {1, 5, 9}}, {"", {1, 2, 3}, {3, 7, 9}}, {"", {1, 2}, {5, 9}}});
  EXPECT_EQ(line.name, "BERT");
  EXPECT_EQ(line.colour_key, "BERT");
  EXPECT_EQ(line.x, (std::vector<double>{1, 2}));
  EXPECT_EQ(line.y, (std::vector<double>{3, 7}));
  ASSERT_TRUE(line.band.has_value());
  EXPECT_EQ(line.band->lower, (std::vector<double>{1, 5}));
  EXPECT_EQ(line.band->upper, (std::vector<double>{5, 9}));
}

TEST(SeedSeries, OneRunHasNoBand) {
  const auto line = mean_over_seeds("BERT", {{"", {1, 2}, {4, 3}}});
  EXPECT_EQ(line.y, (std::vector<double>{4, 3}));
  EXPECT_FALSE(line.band.has_value());
  EXPECT_EQ(band_title(1), "");
  EXPECT_EQ(band_title(3), "line: mean, band: ± standard deviation, 3 seeds");
}

}  // namespace
}  // namespace roformer::study
