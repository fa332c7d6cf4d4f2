#include "roformer/product/activation.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "roformer/base/cpu_isa.h"
#include "roformer/packed/composed_gradients.h"
#include "roformer/packed/run_tasks.h"

namespace roformer::product {
namespace {

using torch::Tensor;

// Floats a thread takes at once: 128 kB in and out, well above the cost of a fork.
constexpr std::int64_t activation_grain = 16 * 1024;

struct ActivationFunction : torch::autograd::Function<ActivationFunction> {
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& x,
                        std::int64_t activation) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    context->save_for_backward({x});
    context->saved_data["activation"] = activation;
    Tensor y = torch::empty(x.sizes(), x.options());
    const auto* const source = x.const_data_ptr<float>();
    auto* const target = y.data_ptr<float>();
    base::with_isa([&](auto isa) {
      at::parallel_for(0, x.numel(), activation_grain, [&](std::int64_t begin, std::int64_t end) {
        activate<isa()>(static_cast<Activation>(activation), source + begin, target + begin,
                        end - begin);
      });
    });
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const Tensor x = context->get_saved_variables()[0];
    const auto activation = static_cast<Activation>(context->saved_data["activation"].toInt());
    if (packed::gradient_is_differentiated())
      return {packed::composed_gradients({x}, gradients[0],
                                         [&](const torch::autograd::variable_list& inputs) {
                                           return activate_composed(inputs[0], activation);
                                         })[0],
              Tensor()};
    const Tensor slope = gradients[0].contiguous();
    Tensor result = torch::empty(x.sizes(), x.options());
    const auto* const source = x.const_data_ptr<float>();
    const auto* const slopes = slope.const_data_ptr<float>();
    auto* const target = result.data_ptr<float>();
    base::with_isa([&](auto isa) {
      at::parallel_for(0, x.numel(), activation_grain, [&](std::int64_t begin, std::int64_t end) {
        activate_gradient<isa()>(activation, source + begin, slopes + begin, target + begin,
                                 end - begin);
      });
    });
    return {result, Tensor()};
  }
};

}  // namespace

Tensor activate(const Tensor& x, Activation activation) {
  if (!packed::is_float_on_cpu(x)) return activate_composed(x, activation);
  return ActivationFunction::apply(x.contiguous(), static_cast<std::int64_t>(activation));
}

Tensor activate_composed(const Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::gelu:
      return torch::gelu(x);
    case Activation::gelu_new:
      return torch::gelu(x, "tanh");
    case Activation::silu:
      return torch::silu(x);
    default:
      return torch::relu(x);
  }
}

}  // namespace roformer::product
