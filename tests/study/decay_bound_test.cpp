// Both sides of Eq. 37 in units of Σ|h_i|, against closed forms and the sums themselves.
#include "roformer/study/decay_bound.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <limits>

#include "roformer/rope/decay.h"
#include "roformer/rope/scaling.h"
#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

constexpr std::int64_t kReach = 1000;

DecayGrid small_grid(std::int64_t dim) {
  return decay_grid(rope::plain_frequencies(dim, 10000), kReach);
}

TEST(DecayBound, DistancesGoToTheLastOnALogarithmicAxis) {
  const DecayGrid grid = small_grid(16);
  EXPECT_EQ(grid.distances.front(), 0);
  EXPECT_EQ(grid.distances.back(), kReach);
  for (const double power : {1.0, 10.0, 100.0})
    EXPECT_NE(std::ranges::find(grid.distances, power), grid.distances.end()) << power;
  EXPECT_TRUE(std::ranges::is_sorted(grid.distances, std::less_equal<>()));
  ASSERT_EQ(grid.partial_sums.size(), grid.distances.size());
  for (std::size_t d = 0; d < grid.distances.size(); ++d)
    EXPECT_NEAR(grid.partial_sums[d], 8 * rope::decay_bound(grid.frequencies, grid.distances[d]),
                1e-12);
  EXPECT_EQ(decay_grid(grid.frequencies, 0).distances, std::vector<double>{0});
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { decay_grid({1.0}, -1); }), "got -1"));
}

// No point of the curve need be the least.
TEST(DecayBound, TheLeastSumIsThatOfEveryDistance) {
  const DecayGrid grid = small_grid(32);
  double least = std::numeric_limits<double>::infinity();
  for (int distance = 0; distance <= kReach; ++distance)
    least = std::min(least, 16 * rope::decay_bound(grid.frequencies, distance));
  EXPECT_DOUBLE_EQ(grid.least_partial_sum, least);
}

// All h_i = 2: only the last step is not 0. |Σ| = 2 |S_{d/2}|, bound 2 Σ|S_j|, Σ|h_i| = d.
TEST(DecayBound, ConstantVectorsByTheirClosedForm) {
  const DecayGrid grid = small_grid(128);
  const DecayCurves curves = constant_curves(grid);
  EXPECT_EQ(curves.pairs, 1);
  EXPECT_DOUBLE_EQ(curves.modulus.front(), 1);
  EXPECT_DOUBLE_EQ(curves.bound.front(), 32.5);  // (d/2 + 1) / 2
  for (std::size_t d = 0; d < grid.distances.size(); ++d) {
    std::complex<double> sum = 0;
    for (int i = 0; i < 64; ++i)
      sum += std::polar(1.0, grid.distances[d] * std::pow(10000.0, -2.0 * i / 128));
    EXPECT_NEAR(curves.modulus[d], std::abs(sum) / 64, 1e-12);
    EXPECT_NEAR(curves.bound[d], rope::decay_bound(grid.frequencies, grid.distances[d]), 1e-12);
  }
  EXPECT_NEAR(curves.smallest_mean, grid.least_partial_sum / 64, 1e-12);
}

TEST(DecayBound, TheModulusIsBelowBothBounds) {
  const DecayGrid grid = small_grid(64);
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const DecayCurves one = random_curves(grid, 1, seed);
    for (std::size_t d = 0; d < grid.distances.size(); ++d) {
      ASSERT_LE(one.modulus[d], one.bound[d]) << seed << " " << grid.distances[d];
      ASSERT_LE(one.modulus[d], 1 + 1e-12);  // Σ|h_i|, whatever the distance
      ASSERT_LE(one.smallest_mean, one.bound[d]);
    }
  }
}

TEST(DecayBound, APairByHand) {
  const DecayGrid grid = decay_grid({1.0, 0.5}, 4);
  const std::vector<double> q = {1, 2, 0, 3}, k = {2, 0, 1, 1};
  DecayMeter meter(grid);
  meter.add(q, k);
  const DecayCurves curves = meter.curves();
  // h = (1 + 2i) 2 and 3i (1 − i).
  const std::complex<double> first(2, 4), second(3, 3);
  const double moduli = std::abs(first) + std::abs(second);
  EXPECT_NEAR(curves.modulus.front(), std::abs(first + second) / moduli, 1e-12);
  for (std::size_t d = 0; d < grid.distances.size(); ++d) {
    const auto both = rope::abel_bound(q, k, grid.frequencies, grid.distances[d]);
    EXPECT_NEAR(curves.modulus[d], both.modulus / moduli, 1e-12);
    EXPECT_NEAR(curves.bound[d], both.bound / moduli, 1e-12);
  }
}

TEST(DecayBound, MeansOverPairsAndVectorsOfZeros) {
  const DecayGrid grid = decay_grid({1.0}, 2);
  DecayMeter meter(grid);
  const std::vector<double> zeros = {0, 0}, ones = {1, 1};
  meter.add(zeros, ones);
  EXPECT_TRUE(tests::has_text(tests::error_message([&] { meter.curves(); }),
                              "that are not 0 but got none"));
  meter.add(ones, ones);
  meter.add(ones, ones);
  EXPECT_EQ(meter.curves().pairs, 2);
  EXPECT_DOUBLE_EQ(meter.curves().modulus[1], 1);  // one pair turns as a whole
  EXPECT_TRUE(tests::has_text(tests::error_message([&] {
                                meter.add(std::vector<double>{1, 1, 1, 1}, ones);
                              }),
                              "a query of 2 numbers"));
  EXPECT_TRUE(tests::has_text(
      tests::error_message([&] { meter.add(ones, std::vector<double>{1}); }), "2 and 1"));
}

TEST(DecayBound, TheVerdictFollowsTheNumbers) {
  const DecayGrid grid = small_grid(128);
  EXPECT_TRUE(tests::has_text(decay_verdict("constant", constant_curves(grid), grid),
                              "so it proves no decay here."));
  EXPECT_TRUE(tests::has_text(modulus_remark("constant", constant_curves(grid), grid),
                              "is 1.000 × Σ|h_i| at distance 0, 0.490 at 100 and"));
  DecayCurves below = constant_curves(grid);
  below.pairs_below = 1;
  EXPECT_TRUE(tests::has_text(decay_verdict("constant", below, grid), "for 1 of 1 pairs"));
}

}  // namespace
}  // namespace roformer::study
