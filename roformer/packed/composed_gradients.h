// Gradients of gradients for operators around kernels: a kernel's gradient has none of its own, so
// where one is asked for (create_graph) the backward pass goes by way of the composed form.
#pragma once
#include <torch/autograd.h>
#include <torch/types.h>

namespace roformer::packed {

/// Whether the gradient that is computed just now will be differentiated itself: what a backward
/// function asks first.
inline bool gradient_is_differentiated() {
  return torch::GradMode::is_enabled();
}

/// The gradients of `inputs` from that of composed(inputs), `slope`, with a graph: differentiable
/// by the inputs and by `slope`. Undefined for inputs that ask for none. `composed` takes a
/// variable_list and returns the operator's result.
template <typename Composed>
torch::autograd::variable_list composed_gradients(const torch::autograd::variable_list& inputs,
                                                  const torch::Tensor& slope,
                                                  const Composed& composed) {
  // Views, so that one tensor in two places has a gradient for each.
  torch::autograd::variable_list own, asked;
  for (const torch::Tensor& input : inputs) {
    const bool asks = input.defined() && input.requires_grad();
    own.push_back(asks ? input.view_as(input) : input);
    if (asks) asked.push_back(own.back());
  }
  const auto found = torch::autograd::grad({composed(own)}, asked, {slope}, /*retain_graph=*/true,
                                           /*create_graph=*/true, /*allow_unused=*/true);
  torch::autograd::variable_list result;
  auto next = found.begin();
  for (const torch::Tensor& input : own)
    result.push_back(input.defined() && input.requires_grad() ? *next++ : torch::Tensor());
  return result;
}

}  // namespace roformer::packed
