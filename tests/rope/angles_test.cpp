#include "roformer/rope/angles.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/rope/rotation.h"
#include "tests/checkpoint/expect_error.h"

namespace roformer::rope {
namespace {

// cos and sin of m base^(−2i / R), with the scalar functions of the standard library.
void expect_angles(const torch::Tensor& ids, const Angles& found, double base, double tolerance) {
  const std::int64_t pairs = found.cos.size(1);
  for (std::int64_t n = 0; n < ids.numel(); ++n) {
    for (std::int64_t i = 0; i < pairs; ++i) {
      const double angle =
          ids[n].item<double>() *
          std::pow(base, -2 * static_cast<double>(i) / static_cast<double>(2 * pairs));
      EXPECT_NEAR(found.cos[n][i].item<double>(), std::cos(angle), tolerance) << n << ", " << i;
      EXPECT_NEAR(found.sin[n][i].item<double>(), std::sin(angle), tolerance) << n << ", " << i;
    }
  }
}

// Few positions that come often are gathered from a table, others computed one by one: same numbers.
TEST(Angles, AreThoseOfEquation15) {
  const auto repeated = torch::tensor({3, 4, 3, 5, 4, 3, 3, 4, 5, 3}),
             scattered = torch::tensor({0, 7, 100000, -12}), real = torch::tensor({0.5, -3.25});
  for (const auto& ids : {repeated, scattered, real}) {
    expect_angles(ids, angles(ids, 8, 10000, torch::kFloat64), 10000, 1e-9);
    expect_angles(ids, angles(ids, 6, 500, torch::kFloat32), 500, 1e-7);
  }
  EXPECT_TRUE(torch::equal(angles(repeated, 8).cos,
                           angles(repeated.to(torch::kFloat64), 8).cos));  // no table
}

TEST(Angles, HaveTheTypeThatKeepsThemExact) {
  const auto ids = torch::arange(4);
  for (const auto type : {torch::kFloat32, torch::kBFloat16, torch::kHalf})
    EXPECT_EQ(angles(ids, 4, 10000, type).cos.scalar_type(), torch::kFloat32);
  EXPECT_EQ(angles(ids, 4, 10000, torch::kFloat64).sin.scalar_type(), torch::kFloat64);
}

TEST(Angles, TakeTheAttentionFactor) {
  const auto ids = torch::tensor({0, 9});
  const Frequencies frequencies{{1, 0.1}, 1.5};
  const auto found = angles(ids, frequencies, torch::kFloat64);
  EXPECT_NEAR(found.cos[0][0].item<double>(), 1.5, 1e-15);
  EXPECT_NEAR(found.sin[1][1].item<double>(), 1.5 * std::sin(0.9), 1e-15);
}

TEST(Angles, EdgesAndRefusals) {
  EXPECT_EQ(angles(torch::empty({0}, torch::kInt64), 6).cos.sizes(), torch::IntArrayRef({0, 3}));
  EXPECT_THROW(angles(torch::zeros({2, 2}, torch::kInt64), 6), Error);
  EXPECT_THROW(plain_frequencies(5, 10000), Error);
  EXPECT_THROW(plain_frequencies(6, 0), Error);
  EXPECT_NEAR(plain_frequencies(4, 100)[1], 0.1, 1e-16);
}

// ((a i + b) mod 17 − 8) / 8 for i = 0 … 31 as (4, 8), as the project's reference generates it.
torch::Tensor generated_rows(std::int64_t a, std::int64_t b) {
  return ((torch::arange(32) * a + b).remainder(17) - 8).to(torch::kFloat64).view({4, 8}) / 8;
}

double largest_error(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

// torchscale's XPOS with scale base 512 on four tokens, whose centre is 2.
TEST(Xpos, GoldenValuesOfTorchscale) {
  const auto positions = torch::arange(4);
  const auto plain = angles(positions, 8, 10000, torch::kFloat64);
  const auto turn = xpos_angles(plain, positions, 512, 2);
  const auto q = rotate(generated_rows(3, 1), turn.query),
             k = rotate(generated_rows(5, 2), turn.key);
  const auto expected_q = torch::tensor(
      {{-0.879292, -0.502453, -0.125375, 0.25075, 0.62608, 1.001727, -0.750576, -0.375288},
       {-0.316325, 0.20311, 0.847355, -0.921509, -0.623006, -0.256459, 0.124548, 0.500317},
       {0.431507, 1.159764, -0.4652, -0.221843, 0.237451, 0.629875, 1.001498, -0.747999},
       {0.37034, -0.052791, 0.136406, 0.826084, -0.979957, -0.65415, -0.250278, 0.124202}},
      torch::kFloat64);
  const auto expected_k = torch::tensor(
      {{-0.746339, -0.12439, 0.498504, -0.997007, -0.374353, 0.249569, 0.874328, -0.62452},
       {-0.524634, 0.336864, -0.844404, -0.335602, 0.364667, 1.002834, -0.499933, 0.124452},
       {0.369863, 0.994083, -0.221843, 0.4652, -0.992301, -0.394924, 0.24825, 0.875498},
       {0.620261, -0.088416, 0.856949, -0.652196, -0.261361, 0.367649, 1.00188, -0.497189}},
      torch::kFloat64);
  const auto expected_scores = torch::tensor({{0.0, 1.875173, -2.211994, -1.132692},
                                              {1.51764, -0.65625, 0.656682, 1.057555},
                                              {0.934047, 0.756045, 0.421875, 1.455928},
                                              {-1.118241, -1.477276, 1.715888, -0.484375}},
                                             torch::kFloat64);
  EXPECT_LE(largest_error(q, expected_q), 6e-7);
  EXPECT_LE(largest_error(k, expected_k), 6e-7);
  EXPECT_LE(largest_error(torch::matmul(q, k.t()), expected_scores), 1e-6);
}

TEST(Xpos, CentreCancelsInScores) {
  const auto positions = torch::tensor({3, 90, 700, 4000});
  const auto plain = angles(positions, 8, 10000, torch::kFloat64);
  const auto scores = [&](double centre) {
    const auto turn = xpos_angles(plain, positions, 512, centre);
    return torch::matmul(rotate(generated_rows(3, 1), turn.query),
                         rotate(generated_rows(5, 2), turn.key).t());
  };
  const auto at_zero = scores(0), at_middle = scores(2000);
  EXPECT_LE(((at_zero - at_middle) / (at_zero.abs() + 1e-3)).abs().max().item<double>(), 1e-11);
}

TEST(Xpos, RefusesPositionsBeyondTheRange) {
  const auto positions = torch::tensor({0, 40000});
  const auto plain = angles(positions, 8);
  checkpoint::expect_error({"within 32696", "centre 0", "40000"},
                           [&] { xpos_angles(plain, positions, 512, 0); });
  const auto turn = xpos_angles(plain, positions, 512, 20000);
  EXPECT_TRUE(torch::isfinite(turn.query.cos).all().item<bool>());
  EXPECT_TRUE(torch::isfinite(turn.key.sin).all().item<bool>());
  checkpoint::expect_error({"scale base > 0"}, [&] { xpos_angles(plain, positions, 0, 0); });
}

}  // namespace
}  // namespace roformer::rope
