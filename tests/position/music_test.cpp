#include "roformer/position/music.h"

#include "tests/position/golden.h"

namespace roformer::position {
namespace {

EncodingOptions music_options(std::int64_t length, bool causal) {
  auto options = golden_options("music", 1, 4);
  options.settings.music_distance = length;
  options.causal = causal;
  return options;
}

TEST(Music, GoldenScoresOfTheCausalTable) {
  const auto encoding = make_double(music_options(5, true));
  set_parameter(*encoding, "layer.0.distances", gen({5, 4}, 5, 4).unsqueeze(0));
  const auto scores = scores_from_zero(*encoding, gen({1, 5, 4}, 3, 1), gen({1, 5, 4}, 5, 2));
  expect_golden(scores[0].tril(), numbers(golden("music").at("scores_lower_triangle")));
}

// q · E row by row, in both directions; distances beyond the table's have no term.
TEST(Music, TwoSidedRowsByDistance) {
  const std::int64_t length = 3, tokens = 7;
  const auto encoding = make_double(music_options(length, false));
  const auto table = gen({2 * length - 1, 4}, 5, 4), q = gen({1, tokens, 4}, 3, 1);
  set_parameter(*encoding, "layer.0.distances", table.unsqueeze(0));
  const auto bias = encoding->score_bias(inputs_from_zero(q, q))[0][0];
  for (std::int64_t m = 0; m < tokens; ++m) {
    for (std::int64_t n = 0; n < tokens; ++n) {
      const std::int64_t row = n - m + length - 1;
      const bool has_row = row >= 0 && row < 2 * length - 1;
      const double expected = has_row ? q[0][m].dot(table[row]).item<double>() / 2 : 0;
      EXPECT_NEAR(bias[m][n].item<double>(), expected, 1e-12) << m << " " << n;
    }
  }
}

}  // namespace
}  // namespace roformer::position
