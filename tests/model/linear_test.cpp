// tests of model/: the linear layer against LibTorch's, its gradients one by one, its prepared forms.
#include "roformer/model/linear.h"

#include <ATen/record_function.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/nn/modules/linear.h>
#include <torch/utils.h>

#include <algorithm>

#include "roformer/model/encoder_decoder.h"
#include "roformer/product/activation.h"
#include "tests/packed/second_gradients.h"

namespace roformer::model {
namespace {

using torch::Tensor;

double product_gap(const Tensor& a, const Tensor& b) {
  if (a.numel() == 0) return 0;
  return (a.to(torch::kFloat64) - b.to(torch::kFloat64)).abs().max().item<double>();
}

Tensor leaf_input(std::vector<std::int64_t> shape, bool gradient = true) {
  return torch::randn(shape).set_requires_grad(gradient);
}

// The operators that this thread calls while one lives.
thread_local std::vector<std::string> called_operators;

class OperatorWatch {
 public:
  OperatorWatch()
      : handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(
            [](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
              called_operators.emplace_back(function.name());
              return nullptr;
            }))) {
    called_operators.clear();
  }
  ~OperatorWatch() { at::removeCallback(handle_); }

  std::int64_t count(const std::vector<std::string>& names) const {
    return std::ranges::count_if(called_operators, [&](const std::string& called) {
      return std::ranges::find(names, called) != names.end();
    });
  }
  std::int64_t products() const {
    return count({"aten::mm", "aten::addmm", "mkldnn::_linear_pointwise"});
  }

 private:
  at::CallbackHandle handle_;
};

TEST(LinearTest, EqualsMatrixProductWithGradients) {
  for (const std::int64_t rows : {0, 1, 37}) {
    for (const bool with_bias : {true, false}) {
      const Tensor x = leaf_input({rows, 24}), weight = leaf_input({10, 24});
      const Tensor bias = with_bias ? leaf_input({10}) : Tensor();
      const Tensor slope = torch::randn({rows, 10});
      std::vector<Tensor> inputs = {x, weight};
      if (with_bias) inputs.push_back(bias);
      const auto y = linear(x, weight, bias, {rows, 2, 5}).view({rows, 10});
      const auto expected = torch::matmul(x, weight.t()) + (with_bias ? bias : torch::zeros({10}));
      EXPECT_LE(product_gap(y, expected), 2e-5);
      const auto ours = torch::autograd::grad({(y * slope).sum()}, inputs);
      const auto theirs = torch::autograd::grad({(expected * slope).sum()}, inputs);
      for (std::size_t i = 0; i < inputs.size(); ++i)
        EXPECT_LE(product_gap(ours[i], theirs[i]), 5e-5);
    }
  }
}

TEST(LinearTest, SecondGradientsAreThoseOfTheMatrixProduct) {
  torch::manual_seed(5);
  for (const bool with_bias : {true, false}) {
    std::vector<Tensor> inputs = {torch::randn({7, 6}), torch::randn({5, 6})};
    if (with_bias) inputs.push_back(torch::randn({5}));
    packed::expect_second_gradients(
        [](const auto& in) { return linear(in[0], in[1], in.size() > 2 ? in[2] : Tensor()); },
        [](const auto& in) {
          const Tensor y = torch::matmul(in[0], in[1].t());
          return in.size() > 2 ? y + in[2] : y;
        },
        inputs, 1e-5);
  }
}

// Input, weight and bias in every combination: those that ask get their gradient, and one operation
// is done for each of them.
TEST(LinearTest, OnlyTheGradientsAskedForAreComputed) {
  torch::manual_seed(1);
  const std::vector<Tensor> values = {torch::randn({7, 6}), torch::randn({5, 6}),
                                      torch::randn({5})};
  std::vector<Tensor> all;
  for (const Tensor& value : values) all.push_back(value.clone().requires_grad_(true));
  linear(all[0], all[1], all[2]).square().sum().backward();
  for (unsigned asked = 0; asked < 8; ++asked) {
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < 3; ++i)
      inputs.push_back(values[i].clone().requires_grad_((asked >> i & 1) != 0));
    const Tensor y = linear(inputs[0], inputs[1], inputs[2]);
    ASSERT_EQ(y.requires_grad(), asked != 0);
    if (asked == 0) continue;
    {
      const OperatorWatch watch;
      y.backward(2 * y.detach());
      EXPECT_EQ(watch.products(), (asked & 1) + (asked >> 1 & 1)) << asked;
      EXPECT_EQ(watch.count({"aten::sum"}), asked >> 2 & 1) << asked;
    }
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(inputs[i].grad().defined(), (asked >> i & 1) != 0);
      if (inputs[i].grad().defined()) {
        EXPECT_LE(product_gap(inputs[i].grad(), all[i].grad()), 1e-5) << asked;
      }
    }
  }
}

// Asked for less than the inputs could give, it computes no more than that.
TEST(LinearTest, AGradientOfTheWeightAloneLeavesTheInputs) {
  const Tensor x = leaf_input({7, 6}), weight = leaf_input({5, 6});
  const Tensor y = linear(x, weight, Tensor()).sum();
  const OperatorWatch watch;
  const auto gradient = torch::autograd::grad({y}, {weight})[0];
  EXPECT_EQ(watch.products(), 1);
  EXPECT_LE(product_gap(gradient, x.sum(0).expand({5, 6})), 1e-5);
}

// A layer with values as torch::nn::Linear draws them.
Linear drawn_layer(std::int64_t in, std::int64_t out, bool with_bias = true) {
  const torch::nn::Linear theirs(torch::nn::LinearOptions(in, out).bias(with_bias));
  Linear ours(in, out, with_bias);
  const torch::NoGradGuard no_gradient;
  ours->weight.copy_(theirs->weight);
  if (with_bias) ours->bias.copy_(theirs->bias);
  return ours;
}

TEST(LinearTest, ParametersAreNamedAsLibTorchs) {
  for (const bool with_bias : {true, false}) {
    const Linear ours(6, 4, with_bias);
    const torch::nn::Linear theirs(torch::nn::LinearOptions(6, 4).bias(with_bias));
    const auto parameters = ours->named_parameters(), expected = theirs->named_parameters();
    ASSERT_EQ(parameters.keys(), expected.keys());
    for (const auto& item : expected)
      EXPECT_EQ(parameters[item.key()].sizes(), item.value().sizes());
  }
}

TEST(LinearTest, ActivationsAreTakenWithinTheProductAndBehindIt) {
  Linear layer = drawn_layer(24, 10);
  const Tensor x = torch::randn({5, 24});
  for (const auto* name : {"gelu", "gelu_new", "relu", "silu"}) {
    const product::Activation activation = parse_activation(name);
    const Tensor expected =
        product::activate_composed(torch::matmul(x, layer->weight.t()) + layer->bias, activation);
    EXPECT_LE(product_gap(layer->activated(x, activation), expected), 2e-5) << name;
    const torch::NoGradGuard no_gradient;
    EXPECT_LE(product_gap(layer->activated(x, activation), expected), 2e-5) << name;
    layer->prepare(product::ComputeType::float32);
    EXPECT_LE(product_gap(layer->activated(x, activation), expected), 2e-5) << name;
  }
}

// A layer of tensors that others own has no parameters; a bias may lie in a row.
TEST(LinearTest, TiedLayersFollowTheirOwner) {
  const Tensor weight = leaf_input({5, 6}), bias = torch::randn({1, 5});
  Linear layer(weight, bias);
  EXPECT_TRUE(layer->parameters().empty());
  const Tensor x = torch::randn({3, 6});
  EXPECT_LE(product_gap(layer(x), torch::matmul(x, weight.t()) + bias), 1e-5);
  const torch::NoGradGuard no_gradient;
  layer->prepare(product::ComputeType::float32);
  EXPECT_LE(product_gap(layer(x), torch::matmul(x, weight.t()) + bias), 1e-5);
}

TEST(LinearTest, PreparedLayersGiveTheSameProducts) {
  torch::manual_seed(1);
  Linear layer = drawn_layer(70, 130), bare = drawn_layer(70, 130, false);
  for (Linear one : {layer, bare}) {
    one->prepare(product::ComputeType::float32);
    const torch::NoGradGuard no_gradient;
    for (const std::int64_t rows : {0, 1, 4, 33, 200}) {
      const Tensor x = torch::randn({rows, 70});
      EXPECT_TRUE(torch::allclose(one(x), linear(x, one->weight, one->bias), 1e-5, 1e-5)) << rows;
      EXPECT_EQ(one->forward(x, {rows, 13, 10}).sizes(), torch::IntArrayRef({rows, 13, 10}));
    }
  }
}

TEST(LinearTest, AGradientTakesThePlainWeight) {
  Linear layer = drawn_layer(8, 6);
  layer->prepare(product::ComputeType::float32);
  const Tensor x = torch::randn({3, 8});
  layer(x).sum().backward();
  EXPECT_TRUE(torch::allclose(layer->weight.grad(), x.sum(0).expand({6, 8}), 1e-5, 1e-5));
}

TEST(LinearTest, FormsEndWithTrainingOrWithTheWeight) {
  Linear layer = drawn_layer(8, 6);
  const auto expect_right = [&] {
    const torch::NoGradGuard no_gradient;
    const Tensor x = torch::randn({3, 8});
    EXPECT_LE(product_gap(layer(x), torch::addmm(layer->bias, x, layer->weight.t())), 1e-5);
  };
  layer->eval();
  layer->prepare(product::ComputeType::float32);
  ASSERT_TRUE(layer->is_prepared());
  layer->eval();
  EXPECT_TRUE(layer->is_prepared());
  {
    const torch::NoGradGuard no_gradient;
    layer->weight.mul_(2);
  }
  EXPECT_FALSE(layer->is_prepared());
  expect_right();
  layer->prepare(product::ComputeType::float32);
  layer->to(torch::kFloat64);
  EXPECT_FALSE(layer->is_prepared());
  layer->to(torch::kFloat32);
  EXPECT_FALSE(layer->is_prepared());
  expect_right();
  layer->prepare(product::ComputeType::float32);
  EXPECT_TRUE(layer->is_prepared());
  layer->train();
  EXPECT_FALSE(layer->is_prepared());
  expect_right();
}

// Every product of a whole model, the output layer that is tied to the words with them.
TEST(LinearTest, AWholeModelIsPreparedAtOnce) {
  EncoderConfig side = translation_preset("transformer-tiny");
  side.vocab_size = 60;
  EncoderDecoder model(both_sides(side));
  model->eval();
  prepare_for_inference(*model);
  std::int64_t layers = 0, prepared = 0;
  for (const auto& part : model->modules()) {
    const auto* layer = part->as<LinearImpl>();
    if (layer == nullptr) continue;
    ++layers;
    prepared += layer->is_prepared();
  }
  // A block has qkv, output, intermediate and output; a decoder's query, kv and output besides.
  EXPECT_EQ(layers, 4 * side.num_hidden_layers + 7 * side.num_hidden_layers + 1);
  EXPECT_EQ(prepared, layers);
  const torch::NoGradGuard no_gradient;
  const Tensor hidden = torch::randn({3, side.hidden_size});
  EXPECT_LE(product_gap(model->logits(hidden),
                        torch::matmul(hidden, model->named_parameters()["shared.weight"].t())),
            1e-4);
}

}  // namespace
}  // namespace roformer::model
