// tests of attention/: the fused operator from queries and keys against the composed form in
// float64, forward and backward, packed and with a state.
#include "roformer/attention/feature_attention.h"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/error.h"
#include "tests/packed/second_gradients.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

enum class Turning { none, interleaved, half_split };

struct FeatureCase {
  std::vector<std::int32_t> lengths;
  std::int64_t heads, size, features;
  const char* map;
  Turning turning;
};

std::vector<Span> causal_spans(const std::vector<std::int32_t>& lengths) {
  std::vector<std::int32_t> offsets = {0};
  for (const auto length : lengths) offsets.push_back(offsets.back() + length);
  return self_spans(torch::tensor(offsets, torch::kInt32), offsets.back(), Visibility::causal);
}

FeatureMap feature_map_of(const FeatureCase& c) {
  LinearSettings settings;
  settings.feature_map = c.map;
  settings.num_features = c.features;
  FeatureMap map(settings, c.size);
  map->draw(1);
  return map;
}

std::optional<rope::FeatureRotation> rotation_of(const FeatureCase& c, const Tensor& positions,
                                                 torch::ScalarType type) {
  if (c.turning == Turning::none) return std::nullopt;
  const auto layout = c.turning == Turning::interleaved ? rope::PairLayout::interleaved
                                                        : rope::PairLayout::half_split;
  return rope::FeatureRotation{rope::angles(positions, c.features, 10000.0, type), layout};
}

Tensor places_of(const std::vector<std::int32_t>& lengths) {
  std::vector<Tensor> places = {torch::empty({0}, torch::kInt64)};
  for (const auto length : lengths) places.push_back(torch::arange(std::int64_t{length}));
  return torch::cat(places);
}

double norm_difference(const Tensor& a, const Tensor& b) {
  return (a.to(torch::kFloat64) - b).norm().item<double>();
}

class FeatureAttentionTest : public ::testing::TestWithParam<FeatureCase> {};

TEST_P(FeatureAttentionTest, FusedEqualsComposedInDouble) {
  const FeatureCase& c = GetParam();
  torch::manual_seed(21);
  const auto spans = causal_spans(c.lengths);
  const Tensor places = places_of(c.lengths);
  const auto map = feature_map_of(c);
  const Tensor qkv = torch::randn({places.size(0), 3, c.heads, c.size}).set_requires_grad(true);
  const Tensor exact = qkv.detach().to(torch::kFloat64).set_requires_grad(true);
  const auto ours = qkv.unbind(1), theirs = exact.unbind(1);
  const Tensor fused = feature_attention(ours[0], ours[1], ours[2], spans, map,
                                         rotation_of(c, places, torch::kFloat32));
  const Tensor expected = composed_feature_attention(theirs[0], theirs[1], theirs[2], spans, map,
                                                     rotation_of(c, places, torch::kFloat64));
  ASSERT_EQ(fused.sizes(), expected.sizes());
  EXPECT_LE(norm_difference(fused, expected), 2e-5 * expected.norm().item<double>());
  if (fused.numel() == 0) return;
  const Tensor slope = torch::randn_like(fused);
  (fused * slope).sum().backward();
  (expected * slope).sum().backward();
  EXPECT_LE(norm_difference(qkv.grad(), exact.grad()), 5e-5 * exact.grad().norm().item<double>());
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, FeatureAttentionTest,
    ::testing::Values(FeatureCase{{}, 2, 8, 8, "favor", Turning::none},
                      FeatureCase{{0, 0}, 2, 8, 8, "favor", Turning::interleaved},
                      FeatureCase{{1}, 1, 2, 2, "favor", Turning::interleaved},
                      FeatureCase{{5, 0, 3, 3, 1}, 3, 10, 14, "favor", Turning::interleaved},
                      FeatureCase{{5, 0, 3, 3, 1}, 3, 10, 15, "relu", Turning::none},
                      FeatureCase{{71, 72, 73}, 2, 64, 256, "favor", Turning::none},
                      FeatureCase{{145}, 2, 64, 266, "favor", Turning::interleaved},
                      FeatureCase{{145, 20}, 2, 32, 64, "favor", Turning::half_split},
                      FeatureCase{{217}, 3, 17, 34, "relu", Turning::interleaved},
                      FeatureCase{{150}, 1, 65, 130, "relu", Turning::half_split},
                      FeatureCase{{300}, 1, 128, 622, "favor", Turning::interleaved},
                      // Cut into pieces.
                      FeatureCase{{1000}, 1, 16, 34, "favor", Turning::interleaved},
                      FeatureCase{{2, 1300, 0, 5}, 2, 12, 30, "relu", Turning::half_split},
                      FeatureCase{{577}, 3, 8, 15, "favor", Turning::none}));

const std::vector<FeatureCase> small_cases = {{{20, 1, 6}, 2, 6, 10, "favor", Turning::interleaved},
                                              {{20, 1, 6}, 2, 6, 10, "favor", Turning::none},
                                              {{27}, 1, 6, 10, "relu", Turning::half_split}};

TEST(FeatureAttention, SecondGradientsAreThoseOfTheComposedForm) {
  torch::manual_seed(24);
  for (const FeatureCase& c : small_cases) {
    const auto spans = causal_spans(c.lengths);
    const Tensor places = places_of(c.lengths);
    const auto map = feature_map_of(c);
    const auto form = [&](const auto& attend) -> packed::Operator {
      return [&, attend](const auto& in) {
        return attend(in[0], in[1], in[2], spans, map, rotation_of(c, places, in[0].scalar_type()),
                      nullptr);
      };
    };
    packed::expect_second_gradients(form(feature_attention), form(composed_feature_attention),
                                    {torch::randn({27, c.heads, 6}), torch::randn({27, c.heads, 6}),
                                     torch::randn({27, c.heads, 6})},
                                    1e-4);
  }
}

TEST(FeatureAttention, AnglesThatAreLearnedHaveGradients) {
  torch::manual_seed(25);
  for (const FeatureCase& c : small_cases) {
    if (c.turning == Turning::none) continue;
    const auto map = feature_map_of(c);
    const Tensor x = torch::randn({27, c.heads, 6});
    const auto gradients = [&](torch::ScalarType type) {
      auto rotation = *rotation_of(c, places_of(c.lengths), type);
      rotation.angles.cos.set_requires_grad(true);
      rotation.angles.sin.set_requires_grad(true);
      const Tensor y = x.to(type);
      const Tensor out = feature_attention(y, y, y, causal_spans(c.lengths), map, rotation);
      return torch::autograd::grad({out.square().sum()},
                                   {rotation.angles.cos, rotation.angles.sin});
    };
    const auto got = gradients(torch::kFloat32), expected = gradients(torch::kFloat64);
    for (int i = 0; i < 2; ++i) EXPECT_LE(packed::relative_gap(got[i], expected[i]), 1e-4);
  }
}

// Every map both ways: half's exponentials and sums overflow, bfloat16's sums stand still.
TEST(FeatureAttention, HalfTypesAreSummedInFloat32) {
  torch::manual_seed(26);
  for (const char* name : {"elu", "shen", "shen_exp", "favor", "relu"}) {
    const bool drawn = std::string(name) == "favor" || std::string(name) == "relu";
    const FeatureCase c{{3000, 70}, 1, 16, drawn ? 36 : 16, name, Turning::none};
    const auto map = feature_map_of(c);
    const Tensor qkv = torch::randn({3070, 3, 1, 16});
    qkv.select(1, 1).mul_(drawn ? 1 : 3);
    qkv.select(1, 2).add_(1);
    for (const auto visibility : {Visibility::causal, Visibility::two_sided}) {
      const auto spans =
          self_spans(torch::tensor({0, 3000, 3070}, torch::kInt32), 3070, visibility);
      for (const auto& [type, tolerance] :
           {std::pair{torch::kBFloat16, 3e-3}, {torch::kHalf, 4e-4}}) {
        const auto half = qkv.to(type).unbind(1),
                   exact = qkv.to(type).to(torch::kFloat64).unbind(1);
        const Tensor expected =
            composed_feature_attention(exact[0], exact[1], exact[2], spans, map);
        for (const auto attend : {feature_attention, composed_feature_attention}) {
          const Tensor out = attend(half[0], half[1], half[2], spans, map, {}, nullptr);
          EXPECT_EQ(out.scalar_type(), type);
          EXPECT_LE(packed::relative_gap(out, expected), tolerance) << name;
        }
      }
    }
  }
}

TEST(FeatureAttention, PackedAloneAndTheFutureUnseen) {
  torch::manual_seed(22);
  const FeatureCase c{{80, 7, 150}, 2, 16, 36, "favor", Turning::interleaved};
  const auto map = feature_map_of(c);
  const Tensor places = places_of(c.lengths);
  const Tensor qkv = torch::randn({237, 3, 2, 16});
  const auto attend = [&](const Tensor& x, const std::vector<std::int32_t>& lengths,
                          const Tensor& at) {
    const auto parts = x.unbind(1);
    return feature_attention(parts[0], parts[1], parts[2], causal_spans(lengths), map,
                             rotation_of(c, at, torch::kFloat32));
  };
  const Tensor packed = attend(qkv, c.lengths, places);
  const Tensor alone = attend(qkv.slice(0, 87), {150}, places.slice(0, 87));
  EXPECT_TRUE(torch::equal(alone, packed.slice(0, 87)));
  const Tensor changed = qkv.clone();
  changed.slice(0, 190).mul_(11);
  const Tensor after = attend(changed, c.lengths, places);
  EXPECT_TRUE(torch::equal(after.slice(0, 0, 190), packed.slice(0, 0, 190)));
  EXPECT_FALSE(torch::equal(after, packed));
}

// Pieces of a sequence, their gradients, and a state behind a prompt, by any number of threads.
TEST(FeatureAttention, PiecesHangOnShapesAlone) {
  const FeatureCase c{{40, 1800}, 1, 16, 36, "favor", Turning::interleaved};
  const auto map = feature_map_of(c);
  torch::manual_seed(28);
  const Tensor input = torch::randn({1840, 3, 1, 16});
  const auto run = [&](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    const Tensor qkv = input.clone().set_requires_grad(true);
    const auto parts = qkv.unbind(1);
    const auto rotation = rotation_of(c, places_of(c.lengths), torch::kFloat32);
    const auto spans = causal_spans(c.lengths);
    const Tensor out = feature_attention(parts[0], parts[1], parts[2], spans, map, rotation);
    out.square().sum().backward();
    RecurrentLayer state;
    const Tensor again =
        feature_attention(parts[0], parts[1], parts[2], spans, map, rotation, &state);
    at::set_num_threads(before);
    EXPECT_TRUE(torch::equal(out, again));
    return std::vector<Tensor>{out.detach(), qkv.grad(), state.numerator, state.denominator};
  };
  const auto one = run(1), two = run(2);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(torch::equal(one[i], two[i]));
}

class MapsWithState : public ::testing::TestWithParam<const char*> {};

// Every map, whole and in pieces.
TEST_P(MapsWithState, AStateContinuesTheSequence) {
  torch::manual_seed(23);
  const std::string name = GetParam();
  const FeatureCase c{
      {150}, 2, 16, name == "favor" || name == "relu" ? 36 : 16, GetParam(), Turning::interleaved};
  const auto map = feature_map_of(c);
  const Tensor qkv = torch::randn({150, 3, 2, 16}), places = places_of(c.lengths);
  const auto attend = [&](std::int64_t begin, std::int64_t end, RecurrentLayer* state) {
    const auto parts = qkv.slice(0, begin, end).unbind(1);
    return feature_attention(parts[0], parts[1], parts[2],
                             causal_spans({static_cast<std::int32_t>(end - begin)}), map,
                             rotation_of(c, places.slice(0, begin, end), torch::kFloat32), state);
  };
  const Tensor whole = attend(0, 150, nullptr);
  RecurrentLayer state;
  std::vector<Tensor> parts;
  for (const auto& [begin, end] : {std::pair{0, 1}, {1, 2}, {2, 100}, {100, 101}, {101, 150}})
    parts.push_back(attend(begin, end, &state));
  EXPECT_LE(norm_difference(torch::cat(parts, 0), whole.to(torch::kFloat64)),
            5e-6 * whole.norm().item<double>());
}

INSTANTIATE_TEST_SUITE_P(All, MapsWithState,
                         ::testing::Values("elu", "shen", "shen_exp", "favor", "relu"));

// A damaged weight must not look like a result.
TEST(FeatureAttention, NotANumberStaysOne) {
  for (const char* name : {"favor", "relu"}) {
    const FeatureCase c{{8}, 1, 4, 6, name, Turning::none};
    const auto map = feature_map_of(c);
    const Tensor x = torch::randn({8, 1, 4});
    const Tensor damaged = torch::full_like(x, std::nan(""));
    const auto attend = [&](const Tensor& q, const Tensor& k) {
      return feature_attention(q, k, x, causal_spans({8}), map);
    };
    EXPECT_TRUE(torch::isnan(attend(damaged, x)).all().item<bool>()) << name;
    EXPECT_TRUE(torch::isnan(attend(x, damaged)).all().item<bool>()) << name;
  }
}

TEST(FeatureAttention, RefusesAnglesThatDoNotFit) {
  const FeatureCase c{{4}, 1, 4, 6, "favor", Turning::interleaved};
  const auto map = feature_map_of(c);
  const Tensor x = torch::randn({4, 1, 4});
  const auto wrong = [&](std::int64_t features, std::int64_t tokens) {
    return rope::FeatureRotation{rope::angles(torch::arange(tokens), features)};
  };
  EXPECT_THROW(feature_attention(x, x, x, causal_spans({4}), map, wrong(4, 4)), Error);
  EXPECT_THROW(feature_attention(x, x, x, causal_spans({4}), map, wrong(6, 3)), Error);
}

}  // namespace
}  // namespace roformer::attention
