#include "roformer/report/line_chart.h"

#include <gtest/gtest.h>

#include <cmath>

#include "roformer/base/command.h"
#include "roformer/base/error.h"
#include "roformer/report/plot_points.h"

namespace roformer::report {
namespace {

LineChart two_lines() {
  return {"Loss", "step",
          "nats", {{"one", {0, 1, 2}, {3, 2, 1}}, {"two", {0, 2}, {1, std::nan("")}}},
          false,  false};
}

TEST(LineChartTest, SvgHoldsTitlesAndSeries) {
  if (!base::has_program("gnuplot"))
    GTEST_SKIP() << "gnuplot is not installed: charts are NOT tested";
  auto chart = two_lines();
  chart.title = "it's <a> \"title\"";
  const auto svg = svg_chart(chart);
  ASSERT_TRUE(svg.has_value());
  EXPECT_TRUE(svg->starts_with("<svg"));
  EXPECT_TRUE(svg->ends_with("</svg>"));
  for (const char* text : {"&lt;a>", "step", "nats", "one", "two", "viewBox"}) {
    EXPECT_NE(svg->find(text), std::string::npos) << text;
  }
  EXPECT_EQ(svg->find("<title>Gnuplot"), std::string::npos);
}

TEST(LineChartTest, AxesAndSizes) {
  if (!base::has_program("gnuplot"))
    GTEST_SKIP() << "gnuplot is not installed: charts are NOT tested";
  for (const auto& [log_x, log_y] :
       {std::pair{false, false}, {true, false}, {false, true}, {true, true}}) {
    for (const int count : {1, 2, 61, 5000}) {
      LineChart chart{"", "", "", {{"s", {}, {}}}, log_x, log_y};
      for (int i = 0; i < count; ++i) {
        chart.series[0].x.push_back(i);
        chart.series[0].y.push_back(count - i);
      }
      const bool can = !(log_x && count == 1);  // x = 0 alone has no logarithm
      EXPECT_EQ(svg_chart(chart).has_value(), can) << count << log_x << log_y;
    }
  }
}

TEST(LineChartTest, NothingToDraw) {
  EXPECT_FALSE(svg_chart({}).has_value());
  LineChart chart{"c", "x", "y", {{"s", {1}, {std::nan("")}}}, false, false};
  EXPECT_FALSE(svg_chart(chart).has_value());
  EXPECT_EQ(text_chart(chart), "c: nothing to draw\n");
  chart.series[0].x.push_back(2);
  EXPECT_THROW(svg_chart(chart), Error);
  EXPECT_THROW(text_chart(chart), Error);
}

TEST(LineChartTest, TextChart) {
  LineChart chart{"Loss", "step", "nats", {{"one", {0, 1, 2}, {3, 2, 1}}, {"two", {0, 2}, {1, 1}}},
                  false,  false};
  EXPECT_EQ(text_chart(chart, 9, 3),
            "Loss: nats\n"
            "3 │A        \n"
            "  │    A    \n"
            "1 │B       *\n"
            "  └─────────\n"
            "   0  2 step\n"
            "   A one   B two   * several\n");
}

TEST(LineChartTest, ThinningKeepsTheMean) {
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

}  // namespace
}  // namespace roformer::report
