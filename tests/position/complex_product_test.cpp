#include "roformer/position/complex_product.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <complex>

namespace roformer::position {
namespace {

std::complex<double> number_of(const torch::Tensor& x, std::int64_t row, std::int64_t i) {
  const std::int64_t half = x.size(1) / 2;
  return {x[row][i].item<double>(), x[row][half + i].item<double>()};
}

TEST(ComplexProduct, IsTheSumOfProducts) {
  torch::manual_seed(3);
  const auto q = torch::randn({2, 6}, torch::kFloat64), k = torch::randn({3, 6}, torch::kFloat64);
  const auto with = conjugate_product(q, k), without = plain_product(q, k);
  for (std::int64_t m = 0; m < 2; ++m) {
    for (std::int64_t n = 0; n < 3; ++n) {
      std::complex<double> conjugate = 0, plain = 0;
      for (std::int64_t i = 0; i < 3; ++i) {
        conjugate += number_of(q, m, i) * std::conj(number_of(k, n, i));
        plain += number_of(q, m, i) * number_of(k, n, i);
      }
      EXPECT_NEAR(with.real[m][n].item<double>(), conjugate.real(), 1e-12);
      EXPECT_NEAR(with.imaginary[m][n].item<double>(), conjugate.imag(), 1e-12);
      EXPECT_NEAR(with.modulus()[m][n].item<double>(), std::abs(conjugate), 1e-12);
      EXPECT_NEAR(without.real[m][n].item<double>(), plain.real(), 1e-12);
      EXPECT_NEAR(without.imaginary[m][n].item<double>(), plain.imag(), 1e-12);
    }
  }
}

TEST(ComplexProduct, AWaveIsTheExponential) {
  const auto r = torch::tensor({{2.0, 0.5}}, torch::kFloat64),
             omega = torch::tensor({{0.3, 7.0}}, torch::kFloat64),
             theta = torch::tensor({{0.1, -1.0}}, torch::kFloat64);
  const auto wave = complex_wave(r, omega, theta, torch::tensor({5}));
  const auto still = complex_wave(r, omega, {}, torch::tensor({5}));
  for (std::int64_t i = 0; i < 2; ++i) {
    const double length = r[0][i].item<double>(), turn = 5 * omega[0][i].item<double>();
    const auto expected = std::polar(length, turn + theta[0][i].item<double>());
    EXPECT_NEAR(std::abs(number_of(wave, 0, i) - expected), 0, 1e-12);
    EXPECT_NEAR(std::abs(number_of(still, 0, i) - std::polar(length, turn)), 0, 1e-12);
  }
}

TEST(ComplexProduct, HalvesAreTheParts) {
  const auto halves = complex_halves(torch::tensor({{1.0, 2.0, 3.0, 4.0}}));
  EXPECT_TRUE(torch::equal(halves.real, torch::tensor({{1.0, 2.0}})));
  EXPECT_TRUE(torch::equal(halves.imaginary, torch::tensor({{3.0, 4.0}})));
}

}  // namespace
}  // namespace roformer::position
