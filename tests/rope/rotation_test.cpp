// tests of rope/: the kernel against Eq. 34 composed, Eq. 34 against the matrix of Eq. 15, and the
// properties of Eq. 11, 16.
#include "roformer/rope/rotation.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>
#include <functional>

#include "roformer/base/error.h"
#include "tests/packed/second_gradients.h"

namespace roformer::rope {
namespace {

using torch::Tensor;

// One struct per case, as in a table: shape, rotated dimensions, type, tolerance.
struct RotationCase {
  std::int64_t tokens, heads, head_size, rotary_dim;
  torch::ScalarType type;
  double tolerance;
};

class RotationTest : public ::testing::TestWithParam<std::tuple<RotationCase, PairLayout>> {};

Tensor random_positions(std::int64_t tokens) {
  return torch::randint(0, 2'000'000, {tokens}, torch::kInt64);
}

double largest_difference(const Tensor& a, const Tensor& b) {
  if (a.numel() == 0) return 0;
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

TEST_P(RotationTest, KernelEqualsComposedForwardAndBackward) {
  const auto& [c, layout] = GetParam();
  torch::manual_seed(1);
  const auto turn = angles(random_positions(c.tokens), c.rotary_dim, 10000.0, c.type);
  for (const auto direction : {Direction::forward, Direction::inverse}) {
    auto x = torch::randn({c.tokens, c.heads, c.head_size}).to(c.type).set_requires_grad(true);
    auto y = torch::randn({c.tokens, c.heads, c.head_size}).to(c.type);
    const auto fused = rotate(x, turn, layout, direction);
    (fused * y).sum().backward();
    const auto fused_gradient = x.grad().clone();
    x.mutable_grad() = Tensor();
    const auto composed = rotate_composed(x, turn, layout, direction);
    (composed * y).sum().backward();
    EXPECT_LE(largest_difference(fused, composed), c.tolerance);
    EXPECT_LE(largest_difference(fused_gradient, x.grad()), c.tolerance);
    const auto in_place = rotate_(x.detach().clone(), turn, layout, direction);
    EXPECT_TRUE(torch::equal(in_place, fused.detach()));
  }
}

TEST_P(RotationTest, PackedBufferInPlaceWithGradient) {
  const auto& [c, layout] = GetParam();
  torch::manual_seed(2);
  const auto turn = angles(random_positions(c.tokens), c.rotary_dim, 10000.0, c.type);
  for (const std::int64_t parts : {2, 3}) {
    auto leaf =
        torch::randn({c.tokens, 3, c.heads, c.head_size}).to(c.type).set_requires_grad(true);
    auto weight = torch::randn({c.tokens, 3, c.heads, c.head_size}).to(c.type);
    auto buffer = leaf * 1;
    rotate_packed_(buffer, turn, layout, parts);
    (buffer * weight).sum().backward();
    auto expected = leaf.detach().clone();
    auto expected_gradient = weight.clone();
    for (std::int64_t part = 0; part < parts; ++part) {
      expected.select(1, part).copy_(rotate_composed(expected.select(1, part), turn, layout));
      expected_gradient.select(1, part).copy_(
          rotate_composed(expected_gradient.select(1, part), turn, layout, Direction::inverse));
    }
    EXPECT_LE(largest_difference(buffer, expected), c.tolerance);
    EXPECT_LE(largest_difference(leaf.grad(), expected_gradient), c.tolerance);
  }
}

// Cosines and sines that are learned, in every way to rotate: against the composed form in float64.
TEST_P(RotationTest, AnglesThatAreLearnedHaveGradients) {
  const auto& [c, layout] = GetParam();
  torch::manual_seed(8);
  const auto turn = angles(random_positions(c.tokens), c.rotary_dim, 10000.0, c.type);
  const auto x = torch::randn({c.tokens, 3, c.heads, c.head_size}).to(c.type);
  const auto slope = torch::randn({c.tokens, 3, c.heads, c.head_size}).to(c.type);
  const auto exact = [](const Tensor& y) { return y.to(torch::kFloat64); };
  const auto gradients = [&](const Tensor& y, const Tensor& weight, const Angles& by) {
    return torch::autograd::grad({(y * weight).sum()}, {by.cos, by.sin});
  };
  for (const auto direction : {Direction::forward, Direction::inverse}) {
    const Angles learned{turn.cos.clone().set_requires_grad(true),
                         turn.sin.clone().set_requires_grad(true)};
    const Angles reference{exact(turn.cos).set_requires_grad(true),
                           exact(turn.sin).set_requires_grad(true)};
    const auto expected =
        gradients(rotate_composed(exact(x), reference, layout, direction), exact(slope), reference);
    const auto compare = [&](const Tensor& y) {
      const auto got = gradients(y, slope, learned);
      const double rounding = c.type == torch::kFloat64 ? 1e-12 : 1e-4;
      for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(got[i].scalar_type(), turn.cos.scalar_type());
        EXPECT_LE(largest_difference(got[i], expected[i]), rounding);
      }
    };
    compare(rotate(x, learned, layout, direction));
    compare(rotate_(x.clone(), learned, layout, direction));
    compare(rotate_(x.clone().set_requires_grad(true) * 1, learned, layout, direction));
    if (direction == Direction::forward) compare(rotate_packed_(x.clone(), learned, layout, 3));
  }
}

TEST_P(RotationTest, SecondGradientsAreThoseOfTheComposedForm) {
  const auto& [c, layout] = GetParam();
  if (c.type != torch::kFloat32 || c.tokens == 0 || c.tokens > 100) GTEST_SKIP();
  torch::manual_seed(9);
  const auto turn = angles(random_positions(c.tokens), c.rotary_dim);
  const auto x = torch::randn({c.tokens, 3, c.heads, c.head_size});
  const auto by = layout;
  const auto composed = [by](const torch::autograd::variable_list& in) {
    return rotate_composed(in[0], {in[1], in[2]}, by);
  };
  const std::vector<packed::Operator> forms = {
      [by](const auto& in) {
        return rotate(in[0], {in[1], in[2]}, by);
      },
      [by](const auto& in) {
        return rotate_(in[0] * 1, {in[1], in[2]}, by);
      },
      [by](const auto& in) {
        return rotate_packed_(in[0] * 1, {in[1], in[2]}, by, 3);
      }};
  for (const auto& form : forms)
    packed::expect_second_gradients(form, composed, {x, turn.cos, turn.sin}, 1e-5);
  const auto fixed = [&](const packed::Operator& form) -> packed::Operator {
    return [form, turn](const torch::autograd::variable_list& in) {
      const auto type = in[0].scalar_type();
      return form({in[0], turn.cos.to(type), turn.sin.to(type)});
    };
  };
  for (const auto& form : forms)
    packed::expect_second_gradients(fixed(form), fixed(composed), {x}, 1e-5);
}

// float32 rounds products of magnitude up to about 4: 4 ulp. Half types: one rounding of the
// result, magnitude up to 8.
INSTANTIATE_TEST_SUITE_P(
    Shapes, RotationTest,
    ::testing::Combine(::testing::Values(RotationCase{0, 3, 8, 8, torch::kFloat32, 0},
                                         RotationCase{1, 1, 2, 2, torch::kFloat32, 2e-6},
                                         RotationCase{7, 3, 10, 6, torch::kFloat32, 2e-6},
                                         RotationCase{33, 12, 64, 64, torch::kFloat32, 2e-6},
                                         RotationCase{5, 2, 130, 94, torch::kFloat32, 2e-6},
                                         RotationCase{3, 1, 4096, 2050, torch::kFloat32, 2e-6},
                                         RotationCase{9, 5, 34, 34, torch::kFloat64, 1e-14},
                                         RotationCase{9, 5, 64, 32, torch::kBFloat16, 0.032},
                                         RotationCase{9, 5, 64, 64, torch::kHalf, 0.004},
                                         RotationCase{600, 12, 64, 64, torch::kFloat32, 2e-6}),
                       ::testing::Values(PairLayout::interleaved, PairLayout::half_split)));

TEST(Rotation, EqualsTheMatrixOfEquation15) {
  for (const std::int64_t head_size : {2, 4, 10, 64, 128}) {
    for (const std::int64_t position : {0, 1, 5, 511, 1000000, 30000000}) {
      const auto x = torch::randn({1, 1, head_size}, torch::kFloat64);
      const auto turn =
          angles(torch::full({1}, position, torch::kInt64), head_size, 10000.0, torch::kFloat64);
      const auto expected =
          torch::matmul(rotation_matrix(position, head_size), x.view({head_size}));
      EXPECT_LE(largest_difference(rotate(x, turn).view({head_size}), expected), 1e-12);
    }
  }
}

// Hugging Face's own test of RoFormer: q = arange(2·12·16·64) / 100 as (2, 12, 16, 64); rows 1 and
// 5 of the first head.
TEST(Rotation, GoldenValuesOfHuggingFace) {
  const auto q = (torch::arange(2 * 12 * 16 * 64, torch::kFloat32) / 100).view({2, 12, 16, 64});
  const auto head = q[0][0].unsqueeze(1);  // (16, 1, 64): 16 positions
  const auto rotated = rotate(head, angles(torch::arange(16), 64));
  const auto row_1 = torch::tensor({-.2012, .8897, .0263, .9401, .2074, .9463, .3481, .9343});
  const auto row_5 =
      torch::tensor({3.9859, -2.1580, -.7984, -4.4904, -4.1181, -2.0252, -4.4782, 1.1253});
  EXPECT_LE(largest_difference(rotated[1][0].narrow(0, 0, 8), row_1), 6e-5);
  EXPECT_LE(largest_difference(rotated[5][0].narrow(0, 0, 8), row_5), 6e-5);
}

// Golden values of the project's reference: rotation of x[i] = ((3 i + 1) mod 17 − 8) / 8, (3, 8),
// at positions 0, 1, 2.
TEST(Rotation, GoldenValuesOfBothLayouts) {
  const auto x =
      ((torch::arange(24) * 3 + 1).remainder(17) - 8).to(torch::kFloat64).view({3, 1, 8}) / 8;
  const auto turn = angles(torch::arange(3), 8, 10000.0, torch::kFloat64);
  const auto interleaved = torch::tensor(
      {{-0.875, -0.5, -0.125, 0.25, 0.625, 1.0, -0.75, -0.375},
       {-0.315552, 0.202613, 0.846087, -0.920129, -0.622469, -0.256237, 0.1245, 0.500125},
       {0.431507, 1.159764, -0.4652, -0.221843, 0.237451, 0.629875, 1.001498, -0.747999}},
      torch::kFloat64);
  const auto half_split = torch::tensor(
      {{-0.875, -0.5, -0.125, 0.25, 0.625, 1.0, -0.75, -0.375},
       {0.525919, 0.398085, 0.748713, -1.000499, -0.337689, -0.211314, 0.132494, 0.499},
       {-0.591453, -0.981727, -0.519899, -0.1235, 0.691599, 0.438706, 0.989801, -0.750248}},
      torch::kFloat64);
  EXPECT_LE(largest_difference(rotate(x, turn).squeeze(1), interleaved), 6e-7);
  EXPECT_LE(largest_difference(rotate(x, turn, PairLayout::half_split).squeeze(1), half_split),
            6e-7);
}

TEST(Rotation, ScoresDependOnTheDistanceOnly) {  // Eq. 11, Eq. 16
  torch::manual_seed(3);
  const auto q = torch::randn({1, 1, 64}, torch::kFloat64),
             k = torch::randn({1, 1, 64}, torch::kFloat64);
  const auto at = [](const Tensor& x, std::int64_t m) {
    return rotate(x, angles(torch::full({1}, m, torch::kInt64), 64, 10000.0, torch::kFloat64));
  };
  for (const std::int64_t distance : {0, 1, 17, 1000}) {
    const double expected = (at(q, distance) * at(k, 0)).sum().item<double>();
    for (const std::int64_t shift : {1, 100, 12345, 1000000}) {
      const double score = (at(q, distance + shift) * at(k, shift)).sum().item<double>();
      EXPECT_NEAR(score, expected, 1e-8);
    }
  }
}

TEST(Rotation, KeepsNorms) {
  const auto x = torch::randn({50, 4, 32}, torch::kFloat64);
  const auto y = rotate(x, angles(random_positions(50), 32, 500.0, torch::kFloat64));
  EXPECT_LE(largest_difference(x.norm(2, -1), y.norm(2, -1)), 1e-12);
}

TEST(Rotation, GradientByFiniteDifferences) {
  const auto turn = angles(torch::tensor({0, 3, 11}), 6, 10000.0, torch::kFloat64);
  auto x = torch::randn({3, 2, 8}, torch::kFloat64).set_requires_grad(true);
  const auto weight = torch::randn({3, 2, 8}, torch::kFloat64);
  const auto value = [&](const Tensor& at) { return (rotate(at, turn).pow(2) * weight).sum(); };
  value(x).backward();
  constexpr double step = 1e-6;
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    auto up = x.detach().clone(), down = x.detach().clone();
    up.view(-1)[i] += step;
    down.view(-1)[i] -= step;
    const double slope = (value(up) - value(down)).item<double>() / (2 * step);
    EXPECT_NEAR(x.grad().view(-1)[i].item<double>(), slope, 1e-7);
  }
}

TEST(Rotation, OddStridesAndViews) {
  const auto x = torch::randn({6, 4, 5, 16});
  const auto turn = angles(torch::arange(6), 16);
  const auto transposed = x.transpose(1, 2);
  EXPECT_LE(largest_difference(rotate(transposed, turn), rotate_composed(transposed, turn)), 2e-6);
  auto strided = torch::randn({6, 3, 32}).slice(2, 0, 32, 2);
  const auto expected = rotate_composed(strided, turn);
  rotate_(strided, turn);
  EXPECT_LE(largest_difference(strided, expected), 2e-6);
}

// θ_i = b^(−2i / R) of a learned b, by autograd and by finite differences.
TEST(Rotation, ABaseIsLearned) {
  torch::manual_seed(10);
  const auto x = torch::randn({5, 3, 2, 8}, torch::kFloat64);
  const auto weight = torch::randn({5, 3, 2, 8}, torch::kFloat64);
  const auto exponents = torch::arange(4, torch::kFloat64) / -4;
  const auto positions = torch::tensor({0.0, 1.0, 2.0, -7.0, 40.0}, torch::kFloat64);
  for (const auto layout : {PairLayout::interleaved, PairLayout::half_split}) {
    const auto value = [&](const Tensor& base) {
      const auto turns = positions.unsqueeze(1) * torch::pow(base, exponents);
      return (rotate_packed_(x.clone(), {turns.cos(), turns.sin()}, layout) * weight).sum();
    };
    const auto base = torch::tensor(50.0, torch::kFloat64).set_requires_grad(true);
    const double slope = torch::autograd::grad({value(base)}, {base})[0].item<double>();
    const double step = 1e-5;
    const double difference =
        (value(base.detach() + step) - value(base.detach() - step)).item<double>() / (2 * step);
    EXPECT_GT(std::abs(slope), 1e-3);
    EXPECT_NEAR(slope, difference, 1e-7);
  }
}

TEST(Rotation, FloatingPositionsHaveAGradient) {
  const auto positions = torch::tensor({0.5, 3.0}, torch::kFloat64).set_requires_grad(true);
  const auto turn = angles(positions, 4, 100.0, torch::kFloat64);
  turn.sin.sum().backward();
  const auto expected = positions.detach().cos() + (positions.detach() / 10).cos() / 10;
  EXPECT_LE(largest_difference(positions.grad(), expected), 1e-15);
}

// Numbers that share a place would turn more than once, or only some of them.
TEST(Rotation, InPlaceRefusesNumbersThatShareAPlace) {
  const auto turn = angles(torch::arange(4), 8);
  const auto row = torch::randn({1, 2, 8});
  const std::vector<Tensor> overlapping = {
      row.expand({4, 2, 8}), torch::randn({4, 1, 8}).expand({4, 2, 8}),
      torch::randn({64}).as_strided({4, 2, 8}, {8, 4, 1}),  // heads lie half upon each other
      torch::randn({64}).as_strided({4, 2, 8}, {4, 16, 1})};
  for (const Tensor& x : overlapping) {
    const auto before = x.clone();
    EXPECT_THROW(rotate_(x, turn), Error);
    EXPECT_TRUE(torch::equal(x, before));
    EXPECT_LE(largest_difference(rotate(x, turn), rotate_composed(x, turn)), 2e-6);
  }
  const auto one = torch::randn({4, 1, 2, 8}).expand({4, 3, 2, 8});
  for (const std::int64_t parts : {1, 2, 3})
    EXPECT_THROW(rotate_packed_(one, turn, PairLayout::interleaved, parts), Error);
  EXPECT_THROW(rotate_packed_(torch::randn({1, 3, 2, 8}).expand({4, 3, 2, 8}), turn), Error);
  // Places that are apart though one axis steps into the other's: 0 2 4 … and 3 5 7 ….
  auto apart = torch::randn({200}).as_strided({4, 2, 8}, {40, 3, 2});
  const auto expected = rotate_composed(apart, turn);
  EXPECT_LE(largest_difference(rotate_(apart, turn), expected), 2e-6);
  auto one_token = torch::randn({1, 1, 8}).expand({1, 1, 8});
  EXPECT_NO_THROW(rotate_(one_token, angles(torch::arange(1), 8)));
}

TEST(Rotation, AnglesInDoubleStayExactFarOut) {
  const auto positions = torch::tensor({std::int64_t{1} << 40, std::int64_t{1000003}});
  const auto turn = angles(positions, 64, 10000.0, torch::kFloat64);
  EXPECT_NEAR(turn.cos[1][0].item<double>(), std::cos(1000003.0), 1e-15);
  EXPECT_NEAR(turn.sin[0][0].item<double>(), std::sin(std::ldexp(1.0, 40)), 1e-15);
  const auto repeated =
      angles(torch::tensor({5, 5, 6, 5, 6, 5, 5, 5}), 8);  // goes by way of the table
  const auto single = angles(torch::tensor({6}), 8);
  EXPECT_TRUE(torch::equal(repeated.cos[2], single.cos[0]));
}

TEST(Rotation, RefusesWhatDoesNotFit) {
  EXPECT_THROW(angles(torch::arange(4), 7), Error);
  EXPECT_THROW(angles(torch::arange(4), 0), Error);
  EXPECT_THROW(angles(torch::arange(4), 8, -1.0), Error);
  const auto turn = angles(torch::arange(4), 8);
  EXPECT_THROW(rotate(torch::randn({4, 1, 6}), turn), Error);
  EXPECT_THROW(rotate(torch::randn({5, 1, 8}), turn), Error);
  EXPECT_THROW(rotate(torch::randn({4, 1, 8}, torch::kFloat64), turn), Error);
  EXPECT_THROW(rotate(torch::ones({4, 1, 8}, torch::kInt64), turn), Error);
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST(Rotation, SaysWhichAxisIsWhich) {
  const std::string axes =
      "[rope] expected a tensor (tokens, heads, head_size): the first axis is the tokens, but got ";
  const auto turn = angles(torch::arange(16), 8);
  const auto padded = torch::randn({2, 12, 16, 8});  // as padded models have it
  EXPECT_EQ(refusal([&] { rotate(padded, turn); }),
            axes + "(2, 12, 16, 8) and angles of 16 tokens");
  EXPECT_EQ(refusal([&] { rotate_(padded, turn); }),
            axes + "(2, 12, 16, 8) and angles of 16 tokens");
  EXPECT_EQ(refusal([&] { rotate_composed(padded, turn); }),
            axes + "(2, 12, 16, 8) and angles of 16 tokens");
  EXPECT_EQ(refusal([&] { rotate(torch::randn({16}), turn); }), axes + "(16)");
  EXPECT_EQ(refusal([&] {
              rotate(torch::randn({16, 2, 6}), turn);
            }),
            "[rope] expected angles of at most 3 pairs for heads of 6 but got 4");
  EXPECT_EQ(refusal([&] {
              rotate(torch::randn({16, 2, 8}), {turn.cos, turn.sin[0]});
            }),
            "[rope] expected cos and sin (tokens, pairs) of one shape but got (16, 4) and (4)");
  EXPECT_EQ(refusal([&] {
              rotate_packed_(torch::randn({16, 2, 2, 8}), turn);
            }),
            "[rope] expected a packed buffer (tokens, 3, heads, head_size) but got (16, 2, 2, 8)");
  EXPECT_EQ(refusal([&] {
              rotate(torch::randn({16, 2, 8}), {turn.cos, turn.sin.to(torch::kHalf)});
            }),
            "[rope] expected angles of type Float for Float but got Half");
  EXPECT_EQ(refusal([] {
              angles(torch::zeros({2, 16}, torch::kInt64), 8);
            }),
            "[rope] expected position_ids (tokens), one axis, but got 2 axes");
}

TEST(RotationMatrix, HasOneRotationAPair) {
  const auto matrix = rotation_matrix(3, 4, 100);  // angles 3 and 3 / 10
  EXPECT_NEAR(matrix[0][0].item<double>(), std::cos(3.0), 1e-15);
  EXPECT_NEAR(matrix[0][1].item<double>(), -std::sin(3.0), 1e-15);
  EXPECT_NEAR(matrix[3][2].item<double>(), std::sin(0.3), 1e-15);
  EXPECT_NEAR(matrix[3][3].item<double>(), std::cos(0.3), 1e-15);
  EXPECT_EQ(matrix.slice(0, 0, 2).slice(1, 2, 4).abs().sum().item<double>(), 0);
}

TEST(RotationMatrix, ProductsDependOnTheDifference) {
  const auto m = rotation_matrix(5, 8, 10000), n = rotation_matrix(12, 8, 10000);
  EXPECT_LE((m.t().mm(n) - rotation_matrix(7, 8, 10000)).abs().max().item<double>(), 1e-14);
  EXPECT_LE((m.t().mm(m) - torch::eye(8, torch::kFloat64)).abs().max().item<double>(), 1e-15);
  EXPECT_TRUE(torch::equal(rotation_matrix(0, 8, 10000), torch::eye(8, torch::kFloat64)));
}

}  // namespace
}  // namespace roformer::rope
