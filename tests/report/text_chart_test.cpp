#include <gtest/gtest.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/report/line_chart.h"

namespace roformer::report {
namespace {

TEST(TextChart, LettersOfTheSeries) {
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

TEST(TextChart, NothingToDraw) {
  LineChart chart{"c", "x", "y", {{"s", {1}, {std::nan("")}}}, false, false};
  EXPECT_EQ(text_chart(chart), "c: nothing to draw\n");
  chart.series[0].x.push_back(2);
  EXPECT_THROW(text_chart(chart), Error);
}

TEST(TextChart, ALogarithmicAxisIsEvenInPowers) {
  const LineChart chart{"", "x", "y", {{"s", {1, 10, 100}, {1, 2, 3}}}, true, false};
  EXPECT_EQ(text_chart(chart, 9, 3),
            "y\n"
            "3 │        A\n"
            "  │    A    \n"
            "1 │A        \n"
            "  └─────────\n"
            "   1   100 x\n"
            "   A s\n");
}

TEST(TextChart, AGapHasNoLetter) {
  const LineChart chart{"", "x", "y", {{"s", {1, 2, 3}, {1, std::nan(""), 3}}}, false, false};
  EXPECT_EQ(text_chart(chart, 9, 3),
            "y\n"
            "3 │        A\n"
            "  │         \n"
            "1 │A        \n"
            "  └─────────\n"
            "   1     3 x\n"
            "   A s\n");
}

// A point alone has no range; the plot has eight by three cells at least.
TEST(TextChart, OnePointStandsInTheMiddle) {
  const LineChart chart{"", "x", "y", {{"s", {5}, {7}}}, false, false};
  EXPECT_EQ(text_chart(chart, 1, 1),
            "y\n"
            "7 │        \n"
            "  │    A   \n"
            "7 │        \n"
            "  └────────\n"
            "   5    5 x\n"
            "   A s\n");
}

TEST(TextChart, BandsAreLeftOut) {
  LineChart chart{"", "x", "y", {{"s", {1, 2, 3}, {1, 2, 3}}}};
  const auto without = text_chart(chart, 9, 3);
  chart.series[0].band = Band{{1, 2, 3}, {1, 2, 3}};
  EXPECT_EQ(text_chart(chart, 9, 3), without);
}

}  // namespace
}  // namespace roformer::report
