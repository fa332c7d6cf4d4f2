#include "roformer/position/nezha.h"

#include "roformer/base/error.h"
#include "tests/position/golden.h"

namespace roformer::position {
namespace {

TEST(Nezha, GoldenTablesOfCodeAndPublication) {
  const auto expected = golden("nezha").at("table");
  const auto distances = integers(expected.at("relative_position_n_minus_m"));
  auto options = golden_options("nezha", 1, 8);
  for (const auto& [form, key] :
       {std::pair{"code", "published_code"}, {"publication", "paper_equation"}}) {
    options.settings.nezha_form = form;
    // Weight 1 on each of the distances −64 .. 64 alone: what is added to the output is its row.
    const auto weights = torch::eye(129, torch::kFloat64).view({129, 1, 1, 129});
    const auto queries = torch::full({129, 1}, 64), keys = torch::arange(129).expand({129, 129});
    const auto table = make_double(options)->value_term({weights, queries, keys}).flatten(0, 2);
    expect_golden(table.index_select(0, distances.clamp(-64, 64) + 64), numbers(expected.at(key)));
  }
}

TEST(Nezha, GoldenScoresAndOutput) {
  const auto expected = golden("nezha").at("attention");
  auto options = golden_options("nezha", 1, 4);
  options.settings.nezha_clip = 2;
  const auto encoding = make_double(options);
  const auto q = gen({1, 4, 4}, 3, 1), k = gen({1, 4, 4}, 5, 2), v = gen({1, 4, 4}, 7, 3);
  const auto scores = scores_from_zero(*encoding, q, k);
  expect_golden(scores[0], numbers(expected.at("scores_after_sqrtD")));
  expect_golden(output_from_zero(*encoding, scores, v)[0], numbers(expected.at("output")));
  EXPECT_TRUE(encoding->parameters().empty());
}

}  // namespace
}  // namespace roformer::position
