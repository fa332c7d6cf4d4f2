// The gradient of a gradient: an operator in float32 against its composed form in float64.
#pragma once
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <functional>
#include <vector>

namespace roformer::packed {

using Operator = std::function<torch::Tensor(const torch::autograd::variable_list&)>;

/// Gradients of Σ |∂L/∂x|² by each input, L a bent sum of f(inputs), which depends on all of them.
inline torch::autograd::variable_list penalty_gradients(
    const Operator& f, const torch::autograd::variable_list& inputs) {
  const torch::Tensor y = f(inputs);
  const torch::Tensor weight =
      torch::arange(1, y.numel() + 1, torch::kFloat64).cos().view(y.sizes()).to(y.options());
  const auto first = torch::autograd::grad({((y + y.square()) * weight).sum()}, inputs, {}, true,
                                           /*create_graph=*/true);
  torch::Tensor penalty = torch::zeros({}, y.options());
  for (const torch::Tensor& gradient : first) penalty = penalty + gradient.square().sum();
  return torch::autograd::grad({penalty}, inputs);
}

/// `values` are float32; each is made an input that requires a gradient.
inline void expect_second_gradients(const Operator& fused, const Operator& composed,
                                    const torch::autograd::variable_list& values,
                                    double tolerance) {
  torch::autograd::variable_list inputs, exact;
  for (const torch::Tensor& value : values) {
    inputs.push_back(value.detach().clone().set_requires_grad(true));
    exact.push_back(value.detach().to(torch::kFloat64).set_requires_grad(true));
  }
  const auto got = penalty_gradients(fused, inputs), expected = penalty_gradients(composed, exact);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double gap = (got[i].to(torch::kFloat64) - expected[i]).norm().item<double>();
    EXPECT_LE(gap, tolerance * expected[i].norm().item<double>()) << "input " << i;
  }
}

/// |a − b| / |b| in float64.
inline double relative_gap(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor wide = b.to(torch::kFloat64);
  return ((a.to(torch::kFloat64) - wide).norm() / wide.norm()).item<double>();
}

}  // namespace roformer::packed
