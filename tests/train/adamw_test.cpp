// The fused pass against its composed form and against torch::optim::AdamW.
#include "roformer/train/adamw.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/optim/adamw.h>

#include <cmath>
#include <limits>
#include <utility>

namespace roformer::train {
namespace {

torch::Tensor random_weight(std::vector<std::int64_t> shape, torch::Dtype dtype = torch::kFloat32) {
  return torch::randn(shape, torch::dtype(dtype)).requires_grad_();
}

// The same gradients for two lists of parameters.
void give_gradients(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b,
                    int step) {
  torch::manual_seed(100 + step);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto gradient = torch::randn(a[i].sizes()) * 0.1;
    a[i].mutable_grad() = gradient.to(a[i].dtype());
    b[i].mutable_grad() = gradient.to(b[i].dtype());
  }
}

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  if (a.numel() == 0) return 0;
  return (a.detach().to(torch::kFloat64) - b.detach().to(torch::kFloat64))
      .abs()
      .max()
      .item<double>();
}

class AdamWSizes : public testing::TestWithParam<std::int64_t> {};

TEST_P(AdamWSizes, FusedEqualsTorch) {
  torch::manual_seed(1);
  const auto ours = random_weight({GetParam()});
  const auto theirs = ours.detach().clone().requires_grad_();
  AdamWOptions options;
  options.clip_norm = 0;
  options.weight_decay = 0.05;
  AdamW optimizer({{"weight", ours}}, options);
  torch::optim::AdamW reference({theirs}, torch::optim::AdamWOptions(1e-2).weight_decay(0.05));
  for (int step = 0; step < 12; ++step) {
    give_gradients({ours}, {theirs}, step);
    optimizer.step(1e-2);
    reference.step();
  }
  EXPECT_LE(largest_difference(ours, theirs), 2e-6);
}

INSTANTIATE_TEST_SUITE_P(EdgeSizes, AdamWSizes, testing::Values(0, 1, 7, 16384, 16385, 100003));

TEST(AdamW, ComposedInDoubleEqualsTorch) {
  torch::manual_seed(2);
  const auto ours = random_weight({33, 5}, torch::kFloat64);
  const auto theirs = ours.detach().clone().requires_grad_();
  AdamWOptions options;
  options.clip_norm = 0;
  AdamW optimizer({{"weight", ours}}, options);
  torch::optim::AdamW reference({theirs}, torch::optim::AdamWOptions(1e-3).weight_decay(0.01));
  for (int step = 0; step < 12; ++step) {
    give_gradients({ours}, {theirs}, step);
    optimizer.step(1e-3);
    reference.step();
  }
  EXPECT_LE(largest_difference(ours, theirs), 1e-14);
}

TEST(AdamW, FusedEqualsComposedWithClipping) {
  torch::manual_seed(3);
  const auto single = random_weight({300, 70});
  const auto twice = single.detach().to(torch::kFloat64).requires_grad_();
  AdamWOptions options;
  options.clip_norm = 0.5;
  AdamW fused({{"weight", single}}, options), composed({{"weight", twice}}, options);
  for (int step = 0; step < 8; ++step) {
    give_gradients({single}, {twice}, step);
    const double expected = twice.grad().norm().item<double>() / 3;
    EXPECT_NEAR(fused.step(1e-3, 1.0 / 3), expected, 1e-6 * expected);
    EXPECT_NEAR(composed.step(1e-3, 1.0 / 3), expected, 1e-12 * expected);
  }
  // Eight updates of weights up to 4.x, each rounded to half an ulp, 2.4e-7.
  EXPECT_LE(largest_difference(single, twice), 2e-6);
}

TEST(AdamW, ClipsTheGlobalNorm) {
  const auto a = torch::zeros({3}).requires_grad_(), b = torch::zeros({4}).requires_grad_();
  AdamWOptions options;
  options.clip_norm = 1;
  AdamW optimizer({{"a", a}, {"b", b}}, options);
  a.mutable_grad() = torch::full({3}, 2.f);
  b.mutable_grad() = torch::full({4}, 1.f);
  EXPECT_NEAR(optimizer.step(0), 4, 1e-12);
  EXPECT_NEAR(optimizer.state().at("exp_avg.a")[0].item<double>(), 0.1 * 2 / 4, 1e-6);
}

TEST(AdamW, DecaysNeitherBiasesNorLayerNorm) {
  EXPECT_TRUE(has_weight_decay("encoder.layer.0.output.dense.weight"));
  EXPECT_TRUE(has_weight_decay("embeddings.word_embeddings.weight"));
  EXPECT_FALSE(has_weight_decay("encoder.layer.0.output.dense.bias"));
  EXPECT_FALSE(has_weight_decay("encoder.layer.0.output.LayerNorm.weight"));
  EXPECT_FALSE(has_weight_decay("cls.predictions.bias"));
}

// One step of both forms, by hand: m̂ / (√v̂ + ε) is 1 in the first, after decay at the own rate.
TEST(AdamW, EachParameterHasItsOwnRate) {
  constexpr double rate = 1e-2, decay = 0.5, gradient = 0.3;
  for (const auto type : {torch::kFloat32, torch::kFloat64}) {
    const auto upper = torch::full({5}, 2, type).requires_grad_();
    const auto lower = torch::full({5}, 2, type).requires_grad_();
    AdamWOptions options;
    options.weight_decay = decay;
    options.clip_norm = 0;
    AdamW optimizer({{"upper", upper}, {"lower", lower}}, options,
                    [](const std::string& name) { return name == "lower" ? 0.25 : 1.0; });
    for (const auto& weight : {upper, lower})
      weight.mutable_grad() = torch::full_like(weight, gradient);
    optimizer.step(rate);
    for (const auto& [weight, own] : {std::pair{upper, rate}, {lower, 0.25 * rate}}) {
      const double expected = 2 * (1 - own * decay) - own * gradient / (gradient + options.epsilon);
      EXPECT_NEAR(weight[4].item<double>(), expected, type == torch::kFloat32 ? 3e-7 : 1e-14);
    }
  }
}

TEST(AdamW, AFactorOfOneChangesNoBit) {
  torch::manual_seed(6);
  const auto a = random_weight({20000}), b = a.detach().clone().requires_grad_();
  AdamW plain({{"weight", a}}, {});
  AdamW with_factor({{"weight", b}}, {}, [](const std::string&) { return 1.0; });
  for (int step = 0; step < 3; ++step) {
    give_gradients({a}, {b}, step);
    plain.step(1e-2);
    with_factor.step(1e-2);
  }
  EXPECT_TRUE(a.detach().equal(b.detach()));
}

TEST(AdamW, LeavesEverythingWhenTheGradientIsNotFinite) {
  const auto weight = torch::ones({5}).requires_grad_();
  AdamW optimizer({{"weight", weight}}, {});
  weight.mutable_grad() = torch::full({5}, std::numeric_limits<float>::quiet_NaN());
  EXPECT_TRUE(std::isnan(optimizer.step(0.1)));
  EXPECT_EQ(optimizer.steps(), 0);
  EXPECT_TRUE(weight.detach().equal(torch::ones({5})));
}

TEST(AdamW, SkipsParametersWithoutGradientAndDropsGradients) {
  const auto used = torch::ones({5}).requires_grad_(), unused = torch::ones({5}).requires_grad_();
  AdamW optimizer({{"used", used}, {"unused", unused}}, {});
  used.mutable_grad() = torch::ones({5});
  optimizer.step(0.1);
  EXPECT_FALSE(used.grad().defined());
  EXPECT_TRUE(unused.detach().equal(torch::ones({5})));
  EXPECT_FALSE(used.detach().equal(torch::ones({5})));
}

// Whoever keeps something made of a weight sees by its version that it has changed.
TEST(AdamW, AStepMakesANewVersionOfAWeight) {
  for (const auto type : {torch::kFloat32, torch::kFloat64}) {
    auto learned = random_weight({3, 2}, type), other = random_weight({3}, type);
    AdamW optimizer({{"learned", learned}, {"other", other}}, {});
    learned.mutable_grad() = torch::ones_like(learned);
    const auto before = learned._version(), of_other = other._version();
    optimizer.step(0.1, 1);
    EXPECT_GT(learned._version(), before);
    EXPECT_EQ(other._version(), of_other);
  }
}

TEST(AdamW, IsTheSameForAnyNumberOfThreads) {
  const int threads = at::get_num_threads();
  std::vector<torch::Tensor> results;
  for (const int count : {1, 2}) {
    at::set_num_threads(count);
    torch::manual_seed(4);
    const auto weight = random_weight({200001});
    AdamW optimizer({{"weight", weight}}, {});
    for (int step = 0; step < 3; ++step) {
      give_gradients({weight}, {weight}, step);
      optimizer.step(1e-2);
    }
    results.push_back(weight.detach());
  }
  at::set_num_threads(threads);
  EXPECT_TRUE(results[0].equal(results[1]));
}

TEST(AdamW, RestoresItsState) {
  torch::manual_seed(5);
  const auto a = random_weight({50});
  AdamW first({{"weight", a}}, {});
  give_gradients({a}, {a}, 0);
  first.step(1e-2);
  const auto b = a.detach().clone().requires_grad_();
  AdamW second({{"weight", b}}, {});
  second.restore(first.state(), first.steps());
  give_gradients({a}, {b}, 1);
  first.step(1e-2);
  second.step(1e-2);
  EXPECT_TRUE(a.detach().equal(b.detach()));
  EXPECT_ANY_THROW(second.restore({}, 1));
  EXPECT_ANY_THROW(second.restore(
      {{"exp_avg.weight", torch::zeros({2})}, {"exp_avg_sq.weight", torch::zeros({2})}}, 1));
}

}  // namespace
}  // namespace roformer::train
