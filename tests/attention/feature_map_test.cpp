// tests of attention/: the feature maps against golden values of the published code, FAVOR+ against
// softmax, and what a causal model may see.
#include "roformer/attention/feature_map.h"

#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "roformer/attention/linear_attention.h"
#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/rope/rotation.h"

namespace roformer::attention {
namespace {

using torch::Tensor;

constexpr double golden_digits = 2e-6;  // the file has six decimals

const nlohmann::json& golden() {
  static const auto values = nlohmann::json::parse(
      base::read_file(std::filesystem::path(__FILE__).parent_path().parent_path() /
                      "fixtures/linear-attention.json"));
  return values;
}

Tensor golden_tensor(const char* group, const char* key) {
  std::vector<Tensor> rows;
  for (const auto& row : golden().at(group).at(key))
    rows.push_back(torch::tensor(row.get<std::vector<double>>(), torch::kFloat64));
  return torch::stack(rows).unsqueeze(1);  // (T, 1, ·)
}

// The generator of the golden file: element i is (((a i + b) mod 17) − 8) / 8.
Tensor generated(std::vector<std::int64_t> shape, std::int64_t a, std::int64_t b) {
  std::int64_t count = 1;
  for (const auto size : shape) count *= size;
  const Tensor i = torch::arange(count, torch::kInt64);
  return (((i * a + b).remainder(17) - 8).to(torch::kFloat64) / 8).view(shape);
}

Tensor golden_q() {
  return generated({4, 1, 4}, 3, 1);
}
Tensor golden_k() {
  return generated({4, 1, 4}, 5, 2);
}
Tensor golden_v() {
  return generated({4, 1, 4}, 7, 3);
}

std::vector<Span> one_sequence(std::int32_t length, Visibility visibility) {
  return self_spans(torch::tensor({0, length}, torch::kInt32), length, visibility);
}

LinearSettings settings_of(const std::string& map, std::int64_t features = 0) {
  LinearSettings settings;
  settings.feature_map = map;
  settings.num_features = features;
  return settings;
}

FeatureMap golden_map(const std::string& name) {
  FeatureMap map(settings_of(name, name == "favor" || name == "relu" ? 6 : 0), 4);
  for (auto& buffer : map->buffers()) buffer.copy_(generated({6, 4}, 5, 4));
  return map;
}

void expect_near(const Tensor& ours, const Tensor& theirs, const std::string& what) {
  EXPECT_LE((ours - theirs).abs().max().item<double>(), golden_digits) << what;
}

TEST(FeatureMap, FavorAndReluAreThePublishedCodes) {
  const auto spans = one_sequence(4, Visibility::two_sided);
  const auto favor = golden_map("favor")->map(golden_q(), golden_k(), golden_v(), spans);
  expect_near(favor.q, golden_tensor("favor_plus", "phi_q"), "phi_q");
  expect_near(favor.k, golden_tensor("favor_plus", "phi_k"), "phi_k");
  const auto relu = golden_map("relu")->map(golden_q(), golden_k(), golden_v(), spans);
  expect_near(relu.q, golden_tensor("favor_plus", "relu_phi_q_eps1e3"), "relu q");
  expect_near(relu.k, golden_tensor("favor_plus", "relu_phi_k_eps1e3"), "relu k");
}

// What a feature map gives, rotated as Eq. 19 or not, through the attention.
Tensor attended(const std::string& map, Visibility visibility, bool rotates) {
  const auto spans = one_sequence(4, visibility);
  const auto feature_map = golden_map(map);
  // The golden causal values use the maps of the whole sequence.
  LinearInputs x =
      feature_map->map(golden_q(), golden_k(), golden_v(), one_sequence(4, Visibility::two_sided));
  if (rotates) {
    const auto turn = rope::angles(torch::arange(4), x.q.size(2), 10000.0, torch::kFloat64);
    x.q = rope::rotate(x.q, turn);
    x.k = rope::rotate(x.k, turn);
  }
  return linear_attention(x, spans, {0, feature_map->options().normalizes});
}

TEST(FeatureMap, AttentionIsThePublishedCodes) {
  const auto both = Visibility::two_sided, back = Visibility::causal;
  const auto favor = [](const char* key) { return golden_tensor("favor_plus", key); };
  expect_near(attended("favor", both, false), favor("attention_noncausal"), "favor");
  expect_near(attended("favor", back, false), favor("attention_causal"), "favor causal");
  expect_near(attended("favor", both, true), favor("eq19_feature_then_rotate_noncausal"), "Eq. 19");
  expect_near(attended("favor", back, true), favor("eq19_feature_then_rotate_causal"),
              "Eq. 19 causal");
  const auto maps = [](const char* key) { return golden_tensor("linear_attention_maps", key); };
  expect_near(attended("elu", both, false), maps("elu_noncausal"), "elu");
  expect_near(attended("elu", back, false), maps("elu_causal"), "elu causal");
  expect_near(attended("elu", both, true), maps("elu_eq19_noncausal"), "elu Eq. 19");
  expect_near(attended("elu", back, true), maps("elu_eq19_causal"), "elu Eq. 19 causal");
  expect_near(attended("shen", both, false), maps("shen_noncausal"), "shen");
  expect_near(attended("shen", both, true), maps("shen_eq19_noncausal"), "shen Eq. 19");
  expect_near(attended("shen_exp", both, false), maps("shen_as_printed_in_roformer_noncausal"),
              "shen_exp");
  expect_near(attended("shen_exp", back, false), maps("shen_as_printed_in_roformer_causal"),
              "shen_exp causal");
}

// performer-pytorch's order: q and k turn, then the map.
TEST(FeatureMap, RotationBeforeTheMapIsPerformerPytorchs) {
  const auto turn = rope::angles(torch::arange(4), 4, 10000.0, torch::kFloat64);
  const auto spans = one_sequence(4, Visibility::two_sided);
  const auto x = golden_map("favor")->map(rope::rotate(golden_q(), turn),
                                          rope::rotate(golden_k(), turn), golden_v(), spans);
  expect_near(linear_attention(x, spans, {0, true}),
              golden_tensor("favor_plus", "rotate_then_feature_noncausal"), "rotate, then map");
}

TEST(FeatureMap, RandomFeaturesAreOrthogonalInBlocks) {
  const Tensor w = orthogonal_features(40, 16, 7).to(torch::kFloat64);
  ASSERT_EQ(w.sizes(), (std::vector<std::int64_t>{40, 16}));
  for (const auto& [begin, end] : {std::pair{0, 16}, {16, 32}, {32, 40}}) {
    const Tensor block = w.slice(0, begin, end);
    const Tensor unit = block / block.norm(2, {1}, true);
    const Tensor identity = torch::eye(end - begin, torch::kFloat64);
    EXPECT_LE((torch::matmul(unit, unit.t()) - identity).abs().max().item<double>(), 1e-6);
  }
  EXPECT_TRUE(torch::equal(orthogonal_features(40, 16, 7), orthogonal_features(40, 16, 7)));
  EXPECT_FALSE(torch::equal(orthogonal_features(40, 16, 8), orthogonal_features(40, 16, 7)));
}

// E φ(q) · φ(k) without the maximum and without ε is e^(q · k / sqrt(D)).
double kernel_estimate(const Tensor& q, const Tensor& k, const Tensor& w) {
  const double scale = std::pow(static_cast<double>(q.size(0)), -0.25);
  const auto features = [&](const Tensor& x) {
    const Tensor scaled = x * scale;
    return (torch::matmul(w, scaled) - scaled.square().sum() / 2).exp();
  };
  return (features(q) * features(k)).mean().item<double>();
}

TEST(FeatureMap, FavorIsUnbiasedOver200Draws) {
  torch::manual_seed(4);
  const std::int64_t size = 16;
  const Tensor q = torch::randn(size, torch::kFloat64) * 0.7,
               k = torch::randn(size, torch::kFloat64) * 0.7;
  const double exact = std::exp(torch::dot(q, k).item<double>() / 4);
  std::vector<double> draws;
  for (std::uint64_t seed = 0; seed < 200; ++seed)
    draws.push_back(
        kernel_estimate(q, k, orthogonal_features(256, size, seed).to(torch::kFloat64)));
  const Tensor all = torch::tensor(draws, torch::kFloat64);
  const double error = all.std().item<double>() / std::sqrt(200.0);
  EXPECT_LE(std::abs(all.mean().item<double>() - exact), 3 * error);
  EXPECT_LE(error, 0.02 * exact);  // narrow enough to see a bias
}

// The mean error of FAVOR+ attention from softmax attention, over draws of w.
double attention_error(std::int64_t features, const LinearInputs& plain, const Tensor& exact) {
  const auto spans =
      one_sequence(static_cast<std::int32_t>(plain.q.size(0)), Visibility::two_sided);
  double sum = 0;
  constexpr int draws = 40;
  FeatureMap map(settings_of("favor", features), plain.q.size(2));
  for (int draw = 0; draw < draws; ++draw) {
    map->begin_update(1000, static_cast<std::uint64_t>(draw));
    const Tensor out =
        linear_attention(map->map(plain.q, plain.k, plain.v, spans), spans, {0, true});
    sum += (out - exact).square().mean().item<double>();
  }
  return std::sqrt(sum / draws);
}

TEST(FeatureMap, FavorsErrorFallsAsTheRootOfTheFeatures) {
  torch::manual_seed(5);
  // Short vectors: the ε of the published map, which does not fall, stays far below the error.
  const auto random = [] { return torch::randn({64, 1, 16}, torch::kFloat64) * 0.4; };
  const LinearInputs x{random(), random(), {}, {}, random()};
  const Tensor scores = torch::matmul(x.q.squeeze(1), x.k.squeeze(1).t()) / 4;
  const Tensor exact = torch::matmul(torch::softmax(scores, -1), x.v.squeeze(1)).unsqueeze(1);
  std::vector<double> errors;
  for (const std::int64_t features : {64, 256, 1024})
    errors.push_back(attention_error(features, x, exact));
  // Each step has four times the features: half the error.
  for (std::size_t i = 0; i + 1 < errors.size(); ++i) {
    EXPECT_GE(errors[i] / errors[i + 1], 1.6) << errors[i] << " " << errors[i + 1];
    EXPECT_LE(errors[i] / errors[i + 1], 2.5) << errors[i] << " " << errors[i + 1];
  }
}

class CausalMap : public ::testing::TestWithParam<const char*> {};

TEST_P(CausalMap, LaterTokensChangeNoEarlierFeature) {
  torch::manual_seed(6);
  FeatureMap map(settings_of(GetParam(), 20), 10);
  map->draw(6);
  const Tensor q = torch::randn({50, 2, 10}), k = torch::randn({50, 2, 10}),
               v = torch::randn({50, 2, 10});
  const auto spans = one_sequence(50, Visibility::causal);
  const auto attend = [&](const Tensor& x, const Tensor& y, const Tensor& z) {
    return linear_attention(map->map(x, y, z, spans), spans, map->options());
  };
  const Tensor before = attend(q, k, v);
  const auto changed = [](const Tensor& x) {
    const Tensor y = x.clone();
    y.slice(0, 30).mul_(9);
    return y;
  };
  const Tensor after = attend(changed(q), changed(k), changed(v));
  EXPECT_TRUE(torch::equal(before.slice(0, 0, 30), after.slice(0, 0, 30)));
  EXPECT_FALSE(torch::equal(before, after));
}

// What w · x loses before it is raised, no gradient going through it: of queries and of keys (N, H,
// 1) that all see each other.
struct Maxima {
  Tensor queries, keys;
};

Tensor scaled_products(const FeatureMap& map, const Tensor& x) {
  return torch::matmul(x * std::pow(static_cast<double>(x.size(2)), -0.25),
                       map->projection().to(torch::kFloat64).t());
}

Maxima maxima_of(const FeatureMap& map, const Tensor& q, const Tensor& k, Visibility visibility) {
  const torch::NoGradGuard no_gradient;
  const Tensor largest = scaled_products(map, k).amax({0, 2}, true).expand({k.size(0), -1, -1});
  return {scaled_products(map, q).amax(-1, true),
          visibility == Visibility::causal ? torch::zeros_like(largest) : largest};
}

// FAVOR's φ with its maximum held, as differences must see it: the maximum scales ε.
Tensor favor_holding(const FeatureMap& map, const Tensor& x, const Tensor& largest) {
  const Tensor square = x.square().sum(-1, true) / (2 * std::sqrt(static_cast<double>(x.size(2))));
  const Tensor features = (scaled_products(map, x) - square - largest).exp() + map->epsilon();
  return features / std::sqrt(static_cast<double>(features.size(-1)));
}

TEST_P(CausalMap, GradientIsTheQuotientOfDifferences) {
  torch::manual_seed(7);
  for (const auto visibility : {Visibility::causal, Visibility::two_sided}) {
    FeatureMap map(settings_of(GetParam(), 6), 4);
    map->draw(7);
    const auto spans = one_sequence(5, visibility);
    const auto leaf = [] {
      return torch::randn({5, 2, 4}, torch::kFloat64).set_requires_grad(true);
    };
    const Tensor q = leaf(), k = leaf(), v = leaf(),
                 slope = torch::randn({5, 2, 4}, torch::kFloat64);
    const auto loss_of = [&](const LinearInputs& inputs) {
      return (linear_attention(inputs, spans, {0, map->options().normalizes}) * slope).sum();
    };
    const auto gradients = torch::autograd::grad({loss_of(map->map(q, k, v, spans))}, {q, k, v});
    const torch::NoGradGuard no_gradient;
    std::optional<Maxima> held;
    if (map->is_favor()) held = maxima_of(map, q, k, visibility);
    const auto loss = [&] {
      if (!held) return loss_of(map->map(q, k, v, spans)).item<double>();
      const Tensor mapped_q = favor_holding(map, q, held->queries),
                   mapped_k = favor_holding(map, k, held->keys);
      return loss_of({mapped_q, mapped_k, mapped_q, mapped_k, v}).item<double>();
    };
    EXPECT_NEAR(loss(), loss_of(map->map(q, k, v, spans)).item<double>(), 1e-9);
    const Tensor inputs[] = {q, k, v};
    for (int which = 0; which < 3; ++which) {
      for (std::int64_t i = 0; i < 40; i += 7) {
        Tensor element = inputs[which].view({-1})[i];
        const double step = 1e-6, value = element.item<double>();
        element.fill_(value + step);
        const double high = loss();
        element.fill_(value - step);
        const double low = loss();
        element.fill_(value);
        EXPECT_NEAR(gradients[which].view({-1})[i].item<double>(), (high - low) / (2 * step), 1e-6);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, CausalMap,
                         ::testing::Values("elu", "shen", "shen_exp", "favor", "relu"));

TEST(FeatureMap, RedrawsWhenDueAndOnlyThen) {
  FeatureMap map(settings_of("favor", 8), 4);
  map->draw(9);
  const Tensor first = map->buffers()[0].clone();
  map->begin_update(0, 1);
  map->begin_update(999, 1);
  EXPECT_TRUE(torch::equal(map->buffers()[0], first));
  map->begin_update(1000, 1);
  const Tensor second = map->buffers()[0].clone();
  EXPECT_FALSE(torch::equal(second, first));
  map->begin_update(2000, 1);
  EXPECT_FALSE(torch::equal(map->buffers()[0], second));
  map->begin_update(1000, 1);
  EXPECT_TRUE(torch::equal(map->buffers()[0], second));
}

TEST(FeatureMap, ASeedSaysTheFeaturesAndMapsWithoutThemDrawNone) {
  FeatureMap map(settings_of("relu", 8), 4), other(settings_of("favor", 8), 4);
  map->draw(5);
  other->draw(5);
  EXPECT_TRUE(torch::equal(map->projection(), orthogonal_features(8, 4, 5)));
  EXPECT_TRUE(torch::equal(map->projection(), other->projection()));
  FeatureMap plain(settings_of("elu"), 4);
  plain->draw(5);
  EXPECT_FALSE(plain->projection().defined());
}

// exp(k) of the first tokens underflows, and φ(q) of shen is divided by its running sum.
TEST(FeatureMap, CausalShenStaysFiniteWhereKeysAreVeryNegative) {
  FeatureMap map(settings_of("shen"), 4);
  const Tensor x = torch::randn({6, 1, 4});
  const auto spans = one_sequence(6, Visibility::causal);
  const Tensor out = linear_attention(map->map(x, x - 500, x, spans), spans, map->options());
  EXPECT_TRUE(torch::isfinite(out).all().item<bool>());
}

TEST(FeatureMap, SizesAndNames) {
  EXPECT_EQ(feature_size(settings_of("favor"), 64), 266);
  EXPECT_EQ(feature_size(settings_of("favor"), 48), 186);  // 185.8 → 185, odd
  EXPECT_EQ(feature_size(settings_of("elu", 100), 64), 64);
  EXPECT_THROW(FeatureMap(settings_of("cosine"), 4), Error);
  EXPECT_THROW(FeatureMap(settings_of("favor", -1), 4), Error);
}

}  // namespace
}  // namespace roformer::attention
