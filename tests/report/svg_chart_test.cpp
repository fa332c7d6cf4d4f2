// Charts as SVG: what is handed to gnuplot, and what comes of it where gnuplot is installed.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <initializer_list>
#include <string>

#include "roformer/base/command.h"
#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/report/line_chart.h"
#include "tests/base/test_files.h"
#include "tests/base/variable.h"

namespace roformer::report {
namespace {

LineChart two_lines() {
  return {"Loss", "step",
          "nats", {{"one", {0, 1, 2}, {3, 2, 1}}, {"two", {0, 2}, {1, std::nan("")}}},
          false,  false};
}

TEST(SvgChart, SvgHoldsTitlesAndSeries) {
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

TEST(SvgChart, AxesAndSizes) {
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

TEST(SvgChart, MarksWithinThePoints) {
  if (!base::has_program("gnuplot"))
    GTEST_SKIP() << "gnuplot is not installed: charts are NOT tested";
  auto chart = two_lines();
  chart.marks = {{1, "trained's end"}, {3, "too far"}};
  const auto svg = svg_chart(chart);
  ASSERT_TRUE(svg.has_value());
  EXPECT_TRUE(tests::has_text(*svg, "trained's end")) << *svg;
  EXPECT_FALSE(tests::has_text(*svg, "too far"));
}

TEST(SvgChart, NothingToDraw) {
  EXPECT_FALSE(svg_chart({}).has_value());
  LineChart chart{"c", "x", "y", {{"s", {1}, {std::nan("")}}}, false, false};
  EXPECT_FALSE(svg_chart(chart).has_value());
  chart.series[0].x.push_back(2);
  EXPECT_THROW(svg_chart(chart), Error);
  chart.series[0] = {"s", {1, 2}, {1, 2}, Band{{1}, {2, 3}}};
  EXPECT_THROW(svg_chart(chart), Error);
}

// A program that stands in for gnuplot: it keeps its input, and answers a drawing.
class StandInForGnuplot {
 public:
  explicit StandInForGnuplot(const std::string& answer) : path_("PATH", folder_.path().c_str()) {
    const auto program =
        folder_.write("gnuplot", "#!/bin/sh\n/bin/cat > \"$0.input\"\n" + answer + "\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }
  std::string input() const { return base::read_file(folder_.file("gnuplot.input")); }

 private:
  tests::TestFolder folder_;
  tests::Variable path_;
};

const std::string kDrawing =
    "echo '<?xml version=\"1.0\"?><svg a=\"1\"><title>Gnuplot</title>lines</svg><!-- end -->'";

void expect_in(const std::string& script, std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_TRUE(tests::has_text(script, part)) << part << script;
}

TEST(SvgChart, GnuplotIsToldPointsAndRanges) {
  const StandInForGnuplot gnuplot(kDrawing);
  LineChart chart = two_lines();
  chart.title = "it's";
  EXPECT_EQ(svg_chart(chart), "<svg a=\"1\">lines</svg>");
  // y: 1 … 3 and 4 % of it on both sides; the legend stands below the plot.
  expect_in(gnuplot.input(),
            {"set title 'it''s' ", "set xlabel 'step' ", "set ylabel 'nats' ",
             "set key bmargin left horizontal", "set xrange [0:2]\n", "set yrange [0.92:3.08]\n",
             "$series0 << END\n0 3\n1 2\n2 1\nEND\n", "$series1 << END\n0 1\n\nEND\n",
             "plot $series0 using 1:2 with linespoints linecolor rgb '#0072B2'",
             ", $series1 using 1:2 with linespoints linecolor rgb '#D55E00'", "title 'two'"});
}

TEST(SvgChart, ABandLiesBelowItsLineAndHasItsColour) {
  const StandInForGnuplot gnuplot(kDrawing);
  LineChart chart = two_lines();
  chart.series[0].band = Band{{2.5, 1.5, 0.5}, {3.5, 2.5, 1.5}};
  chart.series[0].colour_key = "BERT";
  chart.band_title = "± deviation";
  EXPECT_TRUE(svg_chart(chart, {400, 300}).has_value());
  const std::string input = gnuplot.input();
  // y: 0.5 … 3.5 with the band, and 4 % of it on both sides.
  expect_in(input, {"set terminal svg size 400,300 ", "set yrange [0.38:3.62]\n",
                    "$band0 << END\n0 2.5 3.5\n1 1.5 2.5\n2 0.5 1.5\nEND\n",
                    "plot $band0 using 1:2:3 with filledcurves fillcolor rgb '#D55E00'",
                    ", $series0 using 1:2 with linespoints linecolor rgb '#D55E00'",
                    "set title 'Loss'.\"\\n\".'± deviation' "});
  EXPECT_FALSE(tests::has_text(input, "$band1"));
}

// Whatever else is in the chart, and whatever its place there.
TEST(SvgChart, ANameHasOneColourInEveryChart) {
  const auto line_of = [](std::vector<Series> series) {
    const StandInForGnuplot gnuplot(kDrawing);
    EXPECT_TRUE(svg_chart({"", "x", "y", std::move(series)}).has_value());
    const std::string input = gnuplot.input();
    const auto title = input.find("title 'rotary, mean'");
    const auto begin = input.rfind("linecolor rgb", title);
    return input.substr(begin, input.find(" linewidth", begin) - begin);
  };
  Series rotary{"rotary, mean", {0, 1}, {1, 2}}, other{"other", {0, 1}, {2, 1}};
  rotary.colour_key = "rotary";
  EXPECT_EQ(line_of({rotary, other}), "linecolor rgb '#0072B2'");
  EXPECT_EQ(line_of({other, other, rotary}), "linecolor rgb '#0072B2'");
}

TEST(SvgChart, TheLegendStandsBelowThePlot) {
  if (!base::has_program("gnuplot"))
    GTEST_SKIP() << "gnuplot is not installed: charts are NOT tested";
  LineChart chart{"", "steps", "y", {{"some line", {0, 1}, {1, 2}}}};
  chart.series[0].band = Band{{0, 1}, {2, 3}};
  chart.band_title = "some band";
  const auto svg = svg_chart(chart, {400, 300}).value();
  // The height at which a text stands, from "translate(x,y)" before it.
  const auto height_of = [&](const std::string& text) {
    const auto at = svg.rfind("translate(", svg.find(">" + text + "<"));
    return std::stod(svg.substr(svg.find(',', at) + 1));
  };
  EXPECT_GT(height_of("some line"), height_of("steps"));
  EXPECT_LT(height_of("some band"), height_of("steps"));
  EXPECT_TRUE(tests::has_text(svg, "fill-opacity"));
}

TEST(SvgChart, LogarithmicAxesHaveRoundNumbers) {
  const StandInForGnuplot gnuplot(kDrawing);
  LineChart chart{"", "x", "y", {{"s", {1, 100}, {1, 10000}}}, true, true};
  EXPECT_TRUE(svg_chart(chart).has_value());
  // y: gnuplot's own powers of ten; its range is 10^(4 · 0.04) wider on both sides.
  expect_in(gnuplot.input(), {"set xtics (1, 2, 5, 10, 20, 50, 100, 200, 500)\n",
                              "set logscale x\nset xrange [1:100]\n",
                              "set logscale y\nset yrange [0.691830971:14454.3977]\n"});
  EXPECT_FALSE(tests::has_text(gnuplot.input(), "ytics"));
}

TEST(SvgChart, WithoutGnuplotThereIsNone) {
  {
    const StandInForGnuplot gnuplot("exit 1");
    EXPECT_FALSE(svg_chart(two_lines()).has_value());
  }
  const tests::TestFolder empty;
  const tests::Variable path("PATH", empty.path().c_str());
  EXPECT_FALSE(svg_chart(two_lines()).has_value());
}

}  // namespace
}  // namespace roformer::report
