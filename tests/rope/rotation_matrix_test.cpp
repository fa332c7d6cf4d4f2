// The matrix of Eq. 15: blocks of rotations, whose products add their positions (Eq. 16).
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "roformer/rope/rotation.h"

namespace roformer::rope {
namespace {

TEST(RotationMatrix, HasOneRotationAPair) {
  const auto matrix = rotation_matrix(3, 4, 100);  // angles 3 and 3 / 10
  EXPECT_NEAR(matrix[0][0].item<double>(), std::cos(3.0), 1e-15);
  EXPECT_NEAR(matrix[0][1].item<double>(), -std::sin(3.0), 1e-15);
  EXPECT_NEAR(matrix[3][2].item<double>(), std::sin(0.3), 1e-15);
  EXPECT_NEAR(matrix[3][3].item<double>(), std::cos(0.3), 1e-15);
  EXPECT_EQ(matrix.slice(0, 0, 2).slice(1, 2, 4).abs().sum().item<double>(), 0);
}

TEST(RotationMatrix, ProductsDependOnTheDifference) {
  const auto m = rotation_matrix(5, 8, 10000), n = rotation_matrix(12, 8, 10000);
  EXPECT_LE((m.t().mm(n) - rotation_matrix(7, 8, 10000)).abs().max().item<double>(), 1e-14);
  EXPECT_LE((m.t().mm(m) - torch::eye(8, torch::kFloat64)).abs().max().item<double>(), 1e-15);
  EXPECT_TRUE(torch::equal(rotation_matrix(0, 8, 10000), torch::eye(8, torch::kFloat64)));
}

}  // namespace
}  // namespace roformer::rope
