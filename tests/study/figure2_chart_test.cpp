#include "roformer/study/figure2_chart.h"

#include <gtest/gtest.h>

#include <cmath>

namespace roformer::study {
namespace {

// Two angles, 1 and 0.01.
rope::Frequencies two_angles() {
  rope::Frequencies frequencies;
  frequencies.inverse = {1.0, 0.01};
  return frequencies;
}

TEST(Figure2Chart, SeriesHaveAPointForEachDistance) {
  const auto bound = bound_series("bound", two_angles(), 3);
  EXPECT_EQ(bound.name, "bound");
  EXPECT_EQ(bound.x, (std::vector<double>{0, 1, 2, 3}));
  // Eq. 37: the mean of |S_1| = |e^{im}| and |S_2| = |e^{im} + e^{0.01 im}|.
  for (std::size_t m = 0; m < 4; ++m) {
    const double s2 = std::sqrt(2 + 2 * std::cos(0.99 * static_cast<double>(m)));
    EXPECT_NEAR(bound.y[m], (1 + s2) / 2, 1e-12);
  }
  const auto expected = expected_series("expected", two_angles(), 3);
  for (std::size_t m = 0; m < 4; ++m) {
    const auto distance = static_cast<double>(m);
    EXPECT_NEAR(expected.y[m], (std::cos(distance) + std::cos(0.01 * distance)) / 2, 1e-12);
  }
}

TEST(Figure2Chart, TheTableSamplesRoundDistancesAndTheLast) {
  report::LineChart chart;
  chart.title = "Decay";
  chart.y_title = "score";
  chart.series = {expected_series("expected", two_angles(), 30), {"short", {0, 1}, {7, 8}}};
  const auto table = sampled_table(chart, 30);
  std::vector<std::string> distances;
  for (const auto& row : table.rows) distances.push_back(row[0]);
  EXPECT_EQ(distances, (std::vector<std::string>{"0", "1", "2", "5", "10", "20", "30"}));
  EXPECT_EQ(table.columns, (std::vector<std::string>{"distance", "expected", "short"}));
  EXPECT_EQ(table.rows[0][1], "1.000");
  EXPECT_EQ(table.rows[1][2], "8.000");
  EXPECT_EQ(table.rows[2][2], "");
}

}  // namespace
}  // namespace roformer::study
