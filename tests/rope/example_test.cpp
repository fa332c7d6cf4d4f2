// The worked example: d = 4, positions 1 to 4.
#include "roformer/rope/example.h"

#include <gtest/gtest.h>

#include <cmath>

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

TEST(Example, PictureHasAnArrowForEachPositionAndPair) {
  const auto svg = example_picture(worked_example({10000, {0, 5}, {0, 0, 1, 0}, {1, 0, 1, 0}}));
  EXPECT_TRUE(svg.starts_with("<svg"));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  std::size_t arrows = 0;
  for (std::size_t at = svg.find("marker-end"); at != svg.npos; at = svg.find("marker-end", at + 1))
    ++arrows;
  EXPECT_EQ(arrows, 4u);
  EXPECT_EQ(svg.find("nan"), svg.npos);
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
