#include "roformer/position/alibi.h"

#include "tests/position/golden.h"

namespace roformer::position {
namespace {

TEST(Alibi, GoldenSlopesOfAnyNumberOfHeads) {
  const auto slopes = golden("alibi").at("slopes");
  ASSERT_GE(slopes.size(), 8u);
  const auto two = torch::arange(2).unsqueeze(0);
  for (const auto& [heads, expected] : slopes.items()) {
    const auto zeros = torch::zeros({1, std::stoll(heads), 2, 2}, torch::kFloat64);
    const auto bias = make_double(golden_options("alibi", std::stoll(heads), 2))
                          ->score_bias({zeros, zeros, two, two});
    expect_golden(-bias.select(0, 0).select(1, 1).select(1, 0), numbers(expected), 1e-9);
  }
}

TEST(Alibi, GoldenBiasAndItsCausalHalf) {
  const auto expected = numbers(golden("alibi").at("bias_example").at("expected_HTT"));
  auto options = golden_options("alibi", 6, 4);
  const auto zeros = torch::zeros({6, 4, 4}, torch::kFloat64);
  const auto both = make_double(options)->score_bias(inputs_from_zero(zeros, zeros))[0];
  expect_golden(both, expected);
  options.causal = true;
  const auto past = make_double(options)->score_bias(inputs_from_zero(zeros, zeros))[0];
  expect_golden(past.tril(), expected.tril());
}

}  // namespace
}  // namespace roformer::position
