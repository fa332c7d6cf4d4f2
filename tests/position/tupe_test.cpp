#include "roformer/position/tupe.h"

#include <cmath>

#include "roformer/base/error.h"
#include "tests/position/golden.h"

namespace roformer::position {
namespace {

std::shared_ptr<PositionEncoding> golden_tupe(bool relative, const std::string& form) {
  auto options = golden_options("tupe", 2, 4);
  options.max_positions = 4;
  options.settings.tupe_relative = relative;
  options.settings.tupe_form = form;
  const auto encoding = make_double(options);
  set_parameter(*encoding, "table", gen({5, 8}, 3, 2));
  set_parameter(*encoding, "query.weight", gen({8, 8}, 5, 1));
  set_parameter(*encoding, "key.weight", gen({8, 8}, 7, 2));
  set_parameter(*encoding, "query.bias", gen({8}, 2, 3));
  set_parameter(*encoding, "key.bias", gen({8}, 3, 4));
  return encoding;
}

const torch::Tensor no_words = torch::zeros({2, 4, 4}, torch::kFloat64);

TEST(Tupe, GoldenPositionsAlone) {
  const auto encoding = golden_tupe(false, "code");
  EXPECT_DOUBLE_EQ(encoding->score_divisor(4), std::sqrt(8.0));
  expect_golden(scores_from_zero(*encoding, no_words, no_words),
                numbers(golden("tupe").at("tupe_a_HTT")), 3e-6);
}

TEST(Tupe, GoldenWithBuckets) {
  const auto encoding = golden_tupe(true, "code");
  set_parameter(*encoding, "buckets", gen({33, 2}, 5, 6));
  expect_golden(scores_from_zero(*encoding, no_words, no_words),
                numbers(golden("tupe").at("tupe_r_HTT")), 3e-6);
}

// The publication's: the code's but for row 0 and column 0, which are free numbers.
TEST(Tupe, PublicationHasFreeThetas) {
  const auto encoding = golden_tupe(true, "publication");
  set_parameter(*encoding, "buckets", gen({33, 2}, 5, 6).narrow(0, 0, 32));
  const auto first_row = gen({2}, 3, 3), first_column = gen({2}, 5, 7);
  set_parameter(*encoding, "first_row", first_row);
  set_parameter(*encoding, "first_column", first_column);
  auto expected = numbers(golden("tupe").at("tupe_r_HTT"));
  expected.select(2, 0).copy_(first_column.unsqueeze(1).expand({2, 4}));
  expected.select(1, 0).copy_(first_row.unsqueeze(1).expand({2, 4}));
  expect_golden(scores_from_zero(*encoding, no_words, no_words), expected, 3e-6);
}

}  // namespace
}  // namespace roformer::position
