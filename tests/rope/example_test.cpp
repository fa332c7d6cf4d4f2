// The worked example: d = 4, positions 1 to 4.
#include "roformer/rope/example.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/checkpoint/expect_error.h"

namespace roformer::rope {
namespace {

// θ = 1 and 0.01; scores |q_i| |k_i| cos(angle between + (m − n) θ_i), summed by hand.
TEST(Example, FourDimensionsPositionsOneToFour) {
  const Example example = worked_example({10000, {1, 2, 3, 4}, {1, 0, 1, 0}, {0, 1, 2, 0}});
  ASSERT_EQ(example.frequencies, (Vector{1, 0.01}));
  ASSERT_EQ(example.steps.size(), 4u);
  for (std::size_t p = 0; p < 4; ++p) {
    const ExampleStep& step = example.steps[p];
    const auto m = static_cast<double>(p + 1);
    EXPECT_EQ(step.position, static_cast<std::int64_t>(p + 1));
    EXPECT_EQ(step.angles, (Vector{m, m * 0.01}));
    const Vector query = {std::cos(m), std::sin(m), std::cos(m / 100), std::sin(m / 100)};
    const Vector key = {-std::sin(m), std::cos(m), 2 * std::cos(m / 100), 2 * std::sin(m / 100)};
    for (std::size_t d = 0; d < 4; ++d) {
      EXPECT_NEAR(step.query[d], query[d], 1e-15);
      EXPECT_NEAR(step.key[d], key[d], 1e-15);
    }
    EXPECT_NEAR(step.rotation[1][0], std::sin(m), 1e-15);
    EXPECT_NEAR(step.rotation[2][3], -std::sin(m / 100), 1e-15);
    EXPECT_EQ(step.rotation[0][2], 0);
  }
  ASSERT_EQ(example.by_distance.size(), 7u);
  for (const DistanceScore& row : example.by_distance) {
    const auto distance = static_cast<double>(row.distance);
    EXPECT_EQ(row.pairs, 4 - std::abs(row.distance));
    EXPECT_NEAR(row.score, std::sin(distance) + 2 * std::cos(distance / 100), 1e-14);
    EXPECT_LE(row.spread, 1e-14);
  }
}

// What stands in `text` between each `before` and the `after` behind it.
std::vector<std::string> all_between(const std::string& text, const std::string& before,
                                     const std::string& after) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(before); at != text.npos; at = text.find(before, at)) {
    at += before.size();
    found.push_back(text.substr(at, text.find(after, at) - at));
  }
  return found;
}

// The labels of the positions in a picture, in its order.
std::vector<std::string> labels_of(const std::string& svg) {
  std::vector<std::string> labels;
  for (const auto& element : all_between(svg, "<text class=\"position\"", "</text>"))
    labels.push_back(element.substr(element.find('>') + 1));
  return labels;
}

std::string picture(std::vector<std::int64_t> positions, const Vector& query = {1, 0, 1, 0}) {
  return example_picture(worked_example({10000, std::move(positions), query, {1, 0, 1, 0}}));
}

TEST(Example, PictureHasAnArrowForEachPositionAndPair) {
  const auto svg = picture({0, 5}, {0, 0, 1, 0});
  EXPECT_TRUE(svg.starts_with("<svg"));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(all_between(svg, "class=\"shaft\"", ">").size(), 4u);
  EXPECT_EQ(svg.find("nan"), svg.npos);
}

TEST(Example, AHeadHasTheColourOfItsShaft) {
  const auto svg = picture({1, 2, 3});
  const auto shafts = all_between(svg, "stroke=\"hsl(", "\"");
  std::vector<std::string> heads;
  for (const auto& head : all_between(svg, "class=\"head\"", "/>"))
    heads.push_back(all_between(head, "fill=\"hsl(", "\"").at(0));
  EXPECT_EQ(heads.size(), 6u);
  EXPECT_EQ(heads, shafts);
  EXPECT_NE(heads[0], heads[1]);
}

// The first pair turns by 57° a position, the second by half a degree: there the labels would meet.
TEST(Example, LabelsThatWouldMeetAreOne) {
  EXPECT_EQ(labels_of(picture({1, 2, 3, 4})),
            (std::vector<std::string>{"1", "2", "3", "4", "1–4"}));
  EXPECT_EQ(labels_of(picture({0, 2})), (std::vector<std::string>{"0", "2", "0, 2"}));
  EXPECT_EQ(labels_of(picture({0, 2, 4, 7})).back(), "0, 2, … 7");
}

TEST(Example, RefusesWhatDoesNotFit) {
  checkpoint::expect_error({"one size", "4 and 2"}, [] {
    worked_example({10000, {1}, {1, 0, 1, 0}, {1, 0}});
  });
  checkpoint::expect_error({"even", "3"}, [] {
    worked_example({10000, {1}, {1, 0, 1}, {1, 0, 1}});
  });
  checkpoint::expect_error({"position"}, [] { worked_example({10000, {}, {1, 0}, {1, 0}}); });
}

}  // namespace
}  // namespace roformer::rope
