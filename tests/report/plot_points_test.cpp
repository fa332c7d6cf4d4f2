#include "roformer/report/plot_points.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/base/test_files.h"

namespace roformer::report {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

TEST(PlotPoints, RangeWidens) {
  Range range;
  EXPECT_TRUE(range.empty);
  range.include(3);
  range.include(-1);
  range.include(2);
  EXPECT_FALSE(range.empty);
  EXPECT_EQ(range.low, -1);
  EXPECT_EQ(range.high, 3);
}

TEST(PlotPoints, LogarithmicAxesWantPositiveNumbers) {
  LineChart chart;
  EXPECT_TRUE(drawable(chart, {0, -1}));
  EXPECT_FALSE(drawable(chart, {not_a_number, 1}));
  EXPECT_FALSE(drawable(chart, {1, infinite}));
  chart.log_x = true;
  EXPECT_FALSE(drawable(chart, {0, -1}));
  EXPECT_TRUE(drawable(chart, {1e-9, -1}));
  chart.log_y = true;
  EXPECT_FALSE(drawable(chart, {1, 0}));
}

TEST(PlotPoints, RangesLeaveOutWhatCannotBeDrawn) {
  LineChart chart;
  chart.log_y = true;
  chart.series = {{"a", {1, 2, 3}, {10, 0, not_a_number}}, {"b", {5, 90}, {0.5, infinite}}};
  EXPECT_EQ(x_range(chart).low, 1);
  EXPECT_EQ(x_range(chart).high, 5);
  EXPECT_EQ(y_range(chart).low, 0.5);
  EXPECT_EQ(y_range(chart).high, 10);
  chart.series.clear();
  EXPECT_TRUE(x_range(chart).empty);
}

TEST(PlotPoints, NeighboursAreAveraged) {
  LineChart chart;
  const Series series{"a", {1, 2, 3, 4, 5}, {10, 20, not_a_number, 40, 50}};
  const auto points = thinned_points(chart, series, 3);
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].x, 1.5);
  EXPECT_EQ(points[0].y, 15);
  EXPECT_EQ(points[1].x, 4) << "the mean of what can be drawn";
  EXPECT_EQ(points[1].y, 40);
  EXPECT_EQ(points[2].y, 50);
}

TEST(PlotPoints, ThinningKeepsTheMean) {
  Series series{"s", {}, {}};
  for (int i = 0; i < 1000; ++i) {
    series.x.push_back(i);
    series.y.push_back(i % 2 == 0 ? 1 : std::nan(""));
  }
  const auto points = thinned_points({}, series, 100);
  ASSERT_EQ(points.size(), 100u);
  for (const auto point : points) EXPECT_DOUBLE_EQ(point.y, 1.0);
  EXPECT_EQ(thinned_points({}, {"s", {1, 2, 3}, {1, 2, 3}}, 2).size(), 2u);
  EXPECT_TRUE(thinned_points({}, {"s", {}, {}}, 2).empty());
}

TEST(PlotPoints, FewPointsStayAsTheyAreGapsIncluded) {
  const Series series{"a", {1, 2}, {not_a_number, 2}};
  EXPECT_EQ(thinned_points({}, series, 5).size(), 2u);
  EXPECT_TRUE(thinned_points({}, {"a", {1, 2}, {infinite, infinite}}, 1).empty());
  EXPECT_TRUE(thinned_points({}, {}, 5).empty());
}

TEST(PlotPoints, BandsAreThinnedAsTheirLinesAndWidenTheRange) {
  LineChart chart;
  const Band band{{1, 3, 0, not_a_number}, {5, 9, 2, not_a_number}};
  chart.series = {{"a", {1, 2, 3, 4}, {3, 6, 1, 1}, band}};
  const auto points = thinned_band(chart, chart.series[0], 2);
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].x, 1.5);
  EXPECT_EQ(points[0].lower, 2);
  EXPECT_EQ(points[0].upper, 7);
  EXPECT_EQ(points[1].upper, 2) << "what cannot be drawn counts for nothing";
  EXPECT_TRUE(std::isnan(thinned_band(chart, chart.series[0], 4)[3].x)) << "a gap";
  EXPECT_EQ(y_range(chart).low, 0);
  EXPECT_EQ(y_range(chart).high, 9);
  EXPECT_TRUE(thinned_band(chart, {"b", {1}, {1}}, 2).empty());
  chart.series[0].band->upper.pop_back();
  const auto message = tests::error_message([&] { thinned_band(chart, chart.series[0], 2); });
  EXPECT_TRUE(tests::has_text(message, "band of the series 'a'")) << message;
}

TEST(PlotPoints, SizesMustAgree) {
  LineChart chart;
  chart.title = "losses";
  chart.series = {{"ours", {1, 2}, {1}}};
  for (const auto& action :
       {std::function<void()>([&] { x_range(chart); }),
        std::function<void()>([&] { y_range(chart); }),
        std::function<void()>([&] { thinned_points(chart, chart.series[0], 5); })}) {
    const auto message = tests::error_message(action);
    EXPECT_TRUE(tests::has_text(message, "'ours' of the chart 'losses' but got 2 and 1"))
        << message;
  }
}

}  // namespace
}  // namespace roformer::report
