#include "roformer/position/position_encoding.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "roformer/base/error.h"
#include "tests/position/plain_options.h"

namespace roformer::position {
namespace {

TEST(PositionEncoding, RotaryPackedEqualsEachRole) {
  for (const bool values : {false, true}) {
    auto options = plain_options("rotary");
    options.settings.rotary_value = values;
    options.settings.rotary_dim = 6;
    const auto encoding = make_encoding(options);
    const auto positions = encoding->prepare(torch::tensor({0, 1, 70000}), torch::kFloat32);
    const auto qkv = torch::randn({3, 3, 2, 8});
    const auto expected = encoding->PositionEncoding::transform_packed(qkv.clone(), positions, 0);
    EXPECT_TRUE(torch::equal(encoding->transform_packed(qkv.clone(), positions, 0), expected));
    EXPECT_EQ(torch::equal(expected.select(1, 2), qkv.select(1, 2)), !values);
    EXPECT_TRUE(torch::equal(expected.slice(3, 6), qkv.slice(3, 6)));  // the rest of the head stays
  }
}

TEST(PositionEncoding, NoneChangesNothing) {
  const auto encoding = make_encoding(plain_options("none"));
  const auto positions = encoding->prepare(torch::arange(3), torch::kFloat32);
  const auto x = torch::randn({3, 12});
  EXPECT_TRUE(encoding->embed(x, {}, positions).is_same(x));
  EXPECT_FALSE(encoding->transforms() || encoding->acts_on_scores() || encoding->acts_on_values());
  EXPECT_DOUBLE_EQ(encoding->score_divisor(16), 4.0);
  EXPECT_THROW(encoding->score_bias({x, x, x, x}), Error);
}

TEST(PositionEncoding, RefusesWhatDoesNotFit) {
  EXPECT_THROW(make_encoding(plain_options("rotarry")), Error);
  auto odd = plain_options("rotary");
  odd.head_size = 7;
  EXPECT_THROW(make_encoding(odd), Error);
  odd = plain_options("rotary");
  odd.settings.rotary_dim = 10;
  EXPECT_THROW(make_encoding(odd), Error);
  odd = plain_options("sinusoidal");
  odd.embedding_size = 7;
  EXPECT_THROW(make_encoding(odd), Error);
}

}  // namespace
}  // namespace roformer::position
