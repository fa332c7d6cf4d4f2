#include "roformer/position/shaw.h"

#include "tests/position/golden.h"

namespace roformer::position {
namespace {

TEST(Shaw, GoldenScoresAndOutput) {
  const auto expected = golden("shaw");
  auto options = golden_options("shaw", 1, 4);
  options.settings.shaw_clip = 2;
  const auto encoding = make_double(options);
  set_parameter(*encoding, "layer.0.key", gen({5, 4}, 5, 4));
  set_parameter(*encoding, "layer.0.value", gen({5, 4}, 3, 6));
  const auto q = gen({1, 5, 4}, 3, 1), k = gen({1, 5, 4}, 5, 2), v = gen({1, 5, 4}, 7, 3);
  const auto scores = scores_from_zero(*encoding, q, k);
  expect_golden(scores[0], numbers(expected.at("scores")));
  expect_golden(output_from_zero(*encoding, scores, v)[0], numbers(expected.at("output")));
}

TEST(Shaw, ATableAHeadGivesEachHeadItsOwn) {
  auto options = golden_options("shaw", 2, 4);
  options.settings.shaw_clip = 2;
  options.settings.shaw_per_head = true;
  const auto whole = make_double(options);
  const auto key = gen({2, 5, 4}, 5, 4), value = gen({2, 5, 4}, 3, 6);
  set_parameter(*whole, "layer.0.key", key);
  set_parameter(*whole, "layer.0.value", value);
  const auto q = gen({2, 6, 4}, 3, 1), k = gen({2, 6, 4}, 5, 2), v = gen({2, 6, 4}, 7, 3);
  const auto scores = scores_from_zero(*whole, q, k);
  const auto output = output_from_zero(*whole, scores, v);
  options.settings.shaw_per_head = false;
  options.num_heads = 1;
  for (int h = 0; h < 2; ++h) {
    const auto one = make_double(options);
    set_parameter(*one, "layer.0.key", key[h]);
    set_parameter(*one, "layer.0.value", value[h]);
    const auto head = [&](const torch::Tensor& x) { return x.narrow(0, h, 1); };
    const auto alone = scores_from_zero(*one, head(q), head(k));
    expect_golden(head(scores), alone, 1e-12);
    expect_golden(head(output), output_from_zero(*one, alone, head(v)), 1e-12);
  }
}

}  // namespace
}  // namespace roformer::position
