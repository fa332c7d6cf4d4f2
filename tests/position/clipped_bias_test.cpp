#include "roformer/position/clipped_bias.h"

#include "tests/position/golden.h"

namespace roformer::position {
namespace {

// The publication's sentence: all distances greater than 10 share a bias, with the sign of m − n.
TEST(ClippedBias, SharesDistancesGreaterThanTen) {
  for (const bool per_head : {true, false}) {
    auto options = golden_options("clipped_bias", 3, 4);
    options.settings.clipped_per_head = per_head;
    const auto encoding = make_double(options);
    const auto table =
        torch::randn(per_head ? std::vector<std::int64_t>{23, 3} : std::vector<std::int64_t>{23},
                     torch::kFloat64);
    set_parameter(*encoding, "table", table);
    const auto zeros = torch::zeros({3, 30, 4}, torch::kFloat64);
    const auto bias =
        encoding->score_bias(inputs_from_zero(zeros, zeros)).expand({1, 3, 30, 30})[0];
    for (std::int64_t m = 0; m < 30; ++m) {
      for (std::int64_t n = 0; n < 30; ++n) {
        const auto row = table[std::max<std::int64_t>(-11, std::min<std::int64_t>(11, m - n)) + 11];
        EXPECT_TRUE(torch::equal(bias.select(1, m).select(1, n), row.expand({3}))) << m << " " << n;
      }
    }
  }
}

}  // namespace
}  // namespace roformer::position
