// Figure 2 to its last digit, and Eq. 37 against the rotation itself.
#include "roformer/rope/decay.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/rope/rotation.h"
#include "tests/checkpoint/expect_error.h"

namespace roformer::rope {
namespace {

std::span<const double> numbers(const torch::Tensor& x) {
  return {x.const_data_ptr<double>(), static_cast<std::size_t>(x.numel())};
}

TEST(Decay, BoundOfFigure2) {
  const auto frequencies = plain_frequencies(128, 10000);
  for (const auto& [distance, bound] : {std::pair{0.0, "32.500"},
                                        {1.0, "31.538"},
                                        {5.0, "20.845"},
                                        {10.0, "17.954"},
                                        {50.0, "12.629"},
                                        {100.0, "10.227"},
                                        {250.0, "6.548"}}) {
    EXPECT_EQ(fmt::format("{:.3f}", decay_bound(frequencies, distance)), bound) << distance;
  }
}

// With one pair and angle φ: |S_1| = 1. With a frequency of π: S = 1, 0, 1, 0 … at distance 1.
TEST(Decay, BoundByHand) {
  EXPECT_DOUBLE_EQ(decay_bound(std::vector{0.3}, 7), 1);
  EXPECT_NEAR(decay_bound(std::vector{0.0, M_PI}, 1), 0.5, 1e-15);
  EXPECT_DOUBLE_EQ(decay_bound({}, 1), 0);
}

TEST(Decay, Equation37HoldsForTheRotatedScore) {
  torch::manual_seed(5);
  constexpr std::int64_t kDraws = 10000;
  for (const std::int64_t size : {8, 64}) {
    const auto frequencies = plain_frequencies(size, 10000);
    const auto q = torch::randn({kDraws, size}, torch::kFloat64),
               k = torch::randn({kDraws, size}, torch::kFloat64);
    const auto m = torch::randint(0, 3000, {kDraws}), n = torch::randint(0, 3000, {kDraws});
    const auto scores = (rotate(q, angles(m, size, 10000, torch::kFloat64)) *
                         rotate(k, angles(n, size, 10000, torch::kFloat64)))
                            .sum(1);
    double tightest = 0;
    for (std::int64_t i = 0; i < kDraws; ++i) {
      const auto distance = static_cast<double>((m[i] - n[i]).item<std::int64_t>());
      const AbelBound result = abel_bound(numbers(q[i]), numbers(k[i]), frequencies, distance);
      ASSERT_NEAR(result.score, scores[i].item<double>(), 1e-10);
      ASSERT_LE(std::abs(result.score), result.modulus + 1e-12);
      ASSERT_LE(result.modulus, result.bound);
      tightest = std::max(tightest, result.modulus / result.bound);
    }
    EXPECT_GT(tightest, 0.05);  // a bound of another size would hold for no reason
  }
}

// Where all h_i are equal, only the last step, from h to 0, is not zero.
TEST(Decay, Equation37ByHand) {
  const std::vector<double> q = {2, 0, 2, 0}, k = {1, 0, 1, 0};
  const auto result = abel_bound(q, k, std::vector{0.0, 0.0}, 5);
  EXPECT_DOUBLE_EQ(result.score, 4);
  EXPECT_DOUBLE_EQ(result.modulus, 4);
  EXPECT_DOUBLE_EQ(result.bound, 2 * (1 + 2));
  checkpoint::expect_error({"6 numbers", "4 and 4"}, [&] {
    abel_bound(q, k, std::vector{1.0, 1.0, 1.0}, 5);
  });
}

// Σ|h_i| knows no distance, and no modulus is above it.
TEST(Decay, ProductsOfAPair) {
  const std::vector<double> q = {1, 2, 0, 3}, k = {2, 0, 1, 1};
  const PairProducts products = pair_products(q, k);
  ASSERT_EQ(products.h.size(), 3u);
  EXPECT_EQ(products.h[0], std::complex<double>(2, 4));
  EXPECT_EQ(products.h[1], std::complex<double>(3, 3));
  EXPECT_EQ(products.h[2], 0.0);
  EXPECT_DOUBLE_EQ(products.moduli, std::sqrt(20) + std::sqrt(18));
  EXPECT_DOUBLE_EQ(products.largest_step, std::sqrt(18));  // from 3 + 3i to 0
  const std::vector<double> frequencies = {1.0, 0.1};
  for (const double distance : {0.0, 1.0, 7.0, 1e6}) {
    const AbelBound both = abel_bound(q, k, frequencies, distance);
    EXPECT_LE(both.modulus, products.moduli + 1e-12);
    EXPECT_DOUBLE_EQ(both.bound,
                     products.largest_step * sum_of_partial_sums(frequencies, distance));
    EXPECT_DOUBLE_EQ(sum_of_partial_sums(frequencies, distance),
                     2 * decay_bound(frequencies, distance));
  }
  checkpoint::expect_error({"one even number", "4 and 3"},
                           [&] { pair_products(q, std::vector<double>(3)); });
}

TEST(Decay, NormalVectorsAreAFunctionOfTheSeed) {
  const auto numbers = normal_vector(20000, 3);
  ASSERT_EQ(numbers.size(), 20000u);
  double sum = 0, squares = 0;
  for (const double number : numbers) {
    sum += number;
    squares += number * number;
  }
  EXPECT_NEAR(sum / 20000, 0, 0.03);
  EXPECT_NEAR(squares / 20000, 1, 0.05);
  EXPECT_EQ(normal_vector(4, 3), (std::vector<double>(numbers.begin(), numbers.begin() + 4)));
  EXPECT_NE(normal_vector(4, 3), normal_vector(4, 4));
}

TEST(Decay, ExpectedScoreIsTheMeanOverRandomVectors) {
  const auto frequencies = plain_frequencies(64, 10000);
  EXPECT_DOUBLE_EQ(expected_score(frequencies, 0), 1);
  torch::manual_seed(6);
  const auto q = torch::randn({20000, 64}, torch::kFloat64);
  for (const std::int64_t distance : {1, 10, 100}) {
    const auto at = torch::full({20000}, distance);
    const double mean =
        (rotate(q, angles(at, 64, 10000, torch::kFloat64)) * q).sum(1).mean().item<double>() / 64;
    const auto far = static_cast<double>(distance);
    EXPECT_NEAR(expected_score(frequencies, far), mean, 0.006);  // 4 standard errors
    EXPECT_NEAR(sampled_score(frequencies, far, 20000, 1), mean, 0.008);
  }
  EXPECT_EQ(sampled_score(frequencies, 3, 10, 1), sampled_score(frequencies, 3, 10, 1));
  EXPECT_NE(sampled_score(frequencies, 3, 10, 1), sampled_score(frequencies, 3, 10, 2));
  checkpoint::expect_error({"one sample"}, [&] { sampled_score(frequencies, 3, 0, 1); });
}

}  // namespace
}  // namespace roformer::rope
