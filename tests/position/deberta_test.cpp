#include "roformer/position/deberta.h"

#include <cmath>

#include "tests/position/golden.h"

namespace roformer::position {
namespace {

std::shared_ptr<PositionEncoding> golden_deberta(const std::string& form) {
  auto options = golden_options("deberta", 2, 4);
  options.settings.deberta_form = form;
  options.settings.deberta_distance = 3;
  const auto encoding = make_double(options);
  set_parameter(*encoding, "table", gen({6, 8}, 7, 4));
  set_parameter(*encoding, "layer.0.key", gen({8, 8}, 3, 5));
  set_parameter(*encoding, "layer.0.query.weight", gen({8, 8}, 5, 6));
  set_parameter(*encoding, "layer.0.query.bias", gen({8}, 2, 7));
  return encoding;
}

TEST(Deberta, GoldenScoresOfCodeAndPublication) {
  const auto q = gen({2, 5, 4}, 3, 1), k = gen({2, 5, 4}, 5, 2);
  const auto expected = golden("deberta");
  expect_golden(scores_from_zero(*golden_deberta("code"), q, k),
                numbers(expected.at("expected_scores_published_code")), 3e-6);
  expect_golden(scores_from_zero(*golden_deberta("publication"), q, k),
                numbers(expected.at("expected_scores_paper_equation")), 3e-6);
}

TEST(Deberta, TablesHaveThePublishedSizes) {
  auto options = golden_options("deberta", 2, 4);
  EXPECT_EQ(make_encoding(options)->named_parameters()["table"].size(0), 1024);
  options.settings.deberta_form = "v2";
  EXPECT_EQ(make_encoding(options)->named_parameters()["table"].size(0), 512);
}

// With W_k = 1 and W_q = 0 a query that is one of the axes reads P off.
TEST(Deberta, DropoutOfDistancesIsAFunctionOfTheSeed) {
  constexpr std::int64_t size = 64;
  auto options = golden_options("deberta", 1, size);
  options.settings.deberta_distance = 50;
  options.settings.deberta_dropout = 0.25;
  const auto encoding = make_double(options);
  set_parameter(*encoding, "layer.0.key", torch::eye(size, torch::kFloat64));
  set_parameter(*encoding, "layer.0.query.weight", torch::zeros({size, size}, torch::kFloat64));
  const auto axes = torch::eye(size, torch::kFloat64).unsqueeze(0);
  auto inputs = inputs_from_zero(axes, axes);
  inputs.k_positions = torch::arange(-49, size - 49).unsqueeze(0);
  inputs.q_positions = torch::zeros({1, size}, torch::kInt64);  // distances 49 … down to −14
  const auto plain = encoding->score_bias(inputs);
  inputs.training = true;
  inputs.dropout_seed = 5;
  const auto first = encoding->score_bias(inputs);
  EXPECT_TRUE(torch::equal(first, encoding->score_bias(inputs)));
  const auto kept = first != 0;
  EXPECT_LE((first - plain / 0.75).abs().masked_select(kept).max().item<double>(), 1e-12);
  // 4096 draws: 0.02 is three deviations.
  EXPECT_NEAR(kept.to(torch::kFloat64).mean().item<double>(), 0.75, 0.02);
  inputs.dropout_seed = 6;
  EXPECT_FALSE(torch::equal(first, encoding->score_bias(inputs)));
}

}  // namespace
}  // namespace roformer::position
