#include "roformer/position/huang.h"

#include "tests/position/golden.h"

namespace roformer::position {
namespace {

TEST(Huang, GoldenScores) {
  auto options = golden_options("huang", 1, 4);
  options.max_positions = 6;
  const auto encoding = make_double(options);
  set_parameter(*encoding, "layer.0.distances", gen({11, 4}, 5, 4));
  const auto scores = scores_from_zero(*encoding, gen({1, 5, 4}, 3, 1), gen({1, 5, 4}, 5, 2));
  expect_golden(scores[0], numbers(golden("huang_method4").at("scores")));
}

}  // namespace
}  // namespace roformer::position
