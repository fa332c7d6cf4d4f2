#include "roformer/position/transformer_xl.h"

#include "roformer/position/tables.h"
#include "tests/position/golden.h"

namespace roformer::position {
namespace {

TEST(TransformerXl, GoldenSinusoidsInHalves) {
  const auto rows = golden("transformer_xl").at("R_rows");
  expect_golden(sinusoid_table_in_halves(integers(rows.at("positions")), 8, torch::kFloat64),
                numbers(rows.at("rows")));
}

TEST(TransformerXl, GoldenScores) {
  for (const bool untied : {false, true}) {
    auto options = golden_options("transformer_xl", 2, 4);
    options.settings.xl_untie = untied;
    const auto encoding = make_double(options);
    const std::string group = untied ? "layer.0." : "";
    set_parameter(*encoding, group + "content_query", gen({2, 4}, 7, 3));
    set_parameter(*encoding, group + "position_query", gen({2, 4}, 2, 4));
    set_parameter(*encoding, "layer.0.position_key", gen({8, 8}, 3, 5));
    const auto scores = scores_from_zero(*encoding, gen({2, 4, 4}, 3, 1), gen({2, 4, 4}, 5, 2));
    expect_golden(scores, numbers(golden("transformer_xl").at("scores").at("expected_HTT")));
  }
}

TEST(TransformerXl, ClampSharesWhatLiesBeyond) {
  auto options = golden_options("transformer_xl", 1, 4);
  options.settings.xl_clamp = 2;
  const auto encoding = make_double(options);
  const auto q = torch::ones({1, 1, 4}, torch::kFloat64),
             k = torch::ones({1, 9, 4}, torch::kFloat64);
  const auto bias = encoding->score_bias(inputs_from_zero(q, k))[0][0][0];
  EXPECT_TRUE(torch::equal(bias.slice(0, 2), bias[2].expand({7})));
  EXPECT_NE(bias[1].item<double>(), bias[2].item<double>());
}

}  // namespace
}  // namespace roformer::position
