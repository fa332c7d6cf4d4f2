#include "roformer/position/t5.h"

#include "roformer/position/distances.h"
#include "tests/position/golden.h"

namespace roformer::position {
namespace {

TEST(DistanceBuckets, GoldenBucketsOfT5) {
  const auto expected = golden("t5_buckets");
  const auto range = expected.at("full_range");
  const auto all = torch::arange(-140, 141);
  EXPECT_TRUE(
      torch::equal(t5_two_sided_buckets(all, 32, 128), integers(range.at("bidirectional"))));
  EXPECT_TRUE(torch::equal(t5_causal_buckets(all, 32, 128), integers(range.at("causal"))));
  const auto some = integers(expected.at("relative_position"));
  EXPECT_TRUE(
      torch::equal(t5_two_sided_buckets(some, 32, 128), integers(expected.at("bidirectional"))));
}

TEST(DistanceBuckets, GoldenBucketsOfDeberta) {
  const auto expected = golden("deberta").at("v2_log_bucket");
  const auto distances = integers(expected.at("relative_position_m_minus_n"));
  EXPECT_TRUE(
      torch::equal(deberta_log_buckets(distances, 256, 512), integers(expected.at("bucket"))));
}

TEST(T5, GoldenBias) {
  const auto encoding = make_double(golden_options("t5", 2, 4));
  set_parameter(*encoding, "table", gen({32, 2}, 5, 3));
  const auto q = torch::zeros({2, 6, 4}, torch::kFloat64);
  expect_golden(scores_from_zero(*encoding, q, q),
                numbers(golden("t5_buckets").at("bias_example").at("expected_bias_HTT")));
}

TEST(T5, CausalBucketsAndT5sOwnScale) {
  auto options = golden_options("t5", 2, 4);
  options.causal = true;
  options.settings.t5_scaled = false;
  const auto encoding = make_double(options);
  EXPECT_DOUBLE_EQ(encoding->score_divisor(64), 1.0);
  const auto table = gen({32, 2}, 5, 3);
  set_parameter(*encoding, "table", table);
  const auto q = torch::zeros({2, 141, 4}, torch::kFloat64);
  const auto last = encoding->score_bias(inputs_from_zero(q, q))[0].select(1, 140);  // (H, T)
  const auto buckets =
      integers(golden("t5_buckets").at("full_range").at("causal")).slice(0, 0, 141);
  expect_golden(last, table.index_select(0, buckets).t(), 0);
}

}  // namespace
}  // namespace roformer::position
