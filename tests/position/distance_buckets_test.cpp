#include "roformer/position/distances.h"

#include "tests/position/golden.h"

namespace roformer::position {
namespace {

// T5 with 32 buckets up to 128: a side has 16, 8 of them exact.
TEST(DistanceBuckets, T5OnBothSides) {
  const auto distances = torch::tensor({0, -1, -7, -8, -127, -500, 1, 7, 8, 500});
  EXPECT_TRUE(torch::equal(t5_two_sided_buckets(distances, 32, 128),
                           torch::tensor({0, 1, 7, 8, 15, 15, 17, 23, 24, 31})));
}

TEST(DistanceBuckets, T5OnOneSide) {
  const auto distances = torch::tensor({0, 1, 90, -1, -15, -16, -127, -500});
  EXPECT_TRUE(torch::equal(t5_causal_buckets(distances, 32, 128),
                           torch::tensor({0, 0, 0, 1, 15, 16, 31, 31})));
}

TEST(DistanceBuckets, DebertaKeepsSignAndNearDistances) {
  const auto expected = golden("deberta").at("v2_log_bucket");
  const auto distances = integers(expected.at("relative_position_m_minus_n"));
  const auto buckets = deberta_log_buckets(distances, 256, 512);
  EXPECT_TRUE(torch::equal(buckets, integers(expected.at("bucket"))));
  EXPECT_TRUE(torch::equal(deberta_log_buckets(-distances, 256, 512), -buckets));
  const auto near = torch::arange(-128, 129);
  EXPECT_TRUE(torch::equal(deberta_log_buckets(near, 256, 512), near));
}

}  // namespace
}  // namespace roformer::position
