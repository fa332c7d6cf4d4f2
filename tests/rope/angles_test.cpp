#include "roformer/rope/angles.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "roformer/base/error.h"

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

}  // namespace
}  // namespace roformer::rope
