#include "roformer/position/trajectory.h"

#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/packed/composed_gradients.h"
#include "roformer/packed/wide_type.h"

namespace roformer::position {
namespace {

using torch::Tensor;
using torch::autograd::variable_list;

constexpr int steps_a_position = 5;

Tensor derivative(const Flow& flow, const Tensor& p, double t) {
  const std::int64_t size = p.size(1);
  const auto layer = [&](const Tensor& x, const Tensor& weight, const Tensor& bias) {
    return torch::addmm(bias + t * weight.select(1, size), x, weight.narrow(1, 0, size).t());
  };
  return layer(layer(p, flow.first_weight, flow.first_bias).relu(), flow.second_weight,
               flow.second_bias);
}

// p(t_index) → p(t_{index + 1}).
Tensor next_position(const Flow& flow, Tensor p, std::int64_t index, double step) {
  const double s = step / steps_a_position;
  for (int i = 0; i < steps_a_position; ++i) {
    const double t = step * static_cast<double>(index) + s * i;
    const Tensor k1 = derivative(flow, p, t);
    const Tensor k2 = derivative(flow, p + s / 2 * k1, t + s / 2);
    const Tensor k3 = derivative(flow, p + s / 2 * k2, t + s / 2);
    const Tensor k4 = derivative(flow, p + s * k3, t + s);
    p = p + s / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
  return p;
}

// The `count` points after p = p(t_first), (L, count, d).
Tensor points_after(const Flow& flow, const Tensor& p, std::int64_t first, std::int64_t count,
                    double step) {
  std::vector<Tensor> points;
  Tensor point = p;
  for (std::int64_t i = 0; i < count; ++i) {
    point = next_position(flow, point, first + i, step);
    points.push_back(point);
  }
  if (points.empty()) return p.new_empty({p.size(0), 0, p.size(1)});
  return torch::stack(points, 1);
}

Tensor whole_curve(const Flow& flow, const Tensor& initial, std::int64_t length, double step) {
  return torch::cat({initial.unsqueeze(1), points_after(flow, initial, 0, length - 1, step)}, 1);
}

Flow widened(const Flow& flow) {
  return {packed::widened(flow.first_weight), packed::widened(flow.first_bias),
          packed::widened(flow.second_weight), packed::widened(flow.second_bias)};
}

Tensor leaf(const Tensor& x) {
  return x.detach().requires_grad_(true);
}

class TrajectoryFunction : public torch::autograd::Function<TrajectoryFunction> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& first_weight,
                        const Tensor& first_bias, const Tensor& second_weight,
                        const Tensor& second_bias, const Tensor& initial, std::int64_t length,
                        double step) {
    Tensor curve =
        whole_curve({first_weight, first_bias, second_weight, second_bias}, initial, length, step);
    context->save_for_backward(
        {first_weight, first_bias, second_weight, second_bias, initial, curve});
    context->saved_data["step"] = step;
    return curve;
  }

  static variable_list backward(torch::autograd::AutogradContext* context,
                                variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const double step = context->saved_data["step"].toDouble();
    const std::int64_t last = saved[5].size(1) - 1;
    if (packed::gradient_is_differentiated()) {
      auto result = packed::composed_gradients(
          {saved.begin(), saved.begin() + 5}, gradients[0], [&](const variable_list& x) {
            return whole_curve({x[0], x[1], x[2], x[3]}, x[4], last + 1, step);
          });
      result.resize(7);
      return result;
    }
    const Flow flow{leaf(saved[0]), leaf(saved[1]), leaf(saved[2]), leaf(saved[3])};
    const Tensor &curve = saved[5], &gradient = gradients[0];
    variable_list sums;
    for (int i = 0; i < 4; ++i)
      sums.push_back(torch::zeros_like(saved[static_cast<std::size_t>(i)]));
    Tensor at_position = gradient.select(1, last);
    for (std::int64_t index = last - 1; index >= 0; --index) {
      const Tensor p = leaf(curve.select(1, index));
      const torch::AutoGradMode with_gradient(true);
      const auto parts = torch::autograd::grad(
          {next_position(flow, p, index, step)},
          {flow.first_weight, flow.first_bias, flow.second_weight, flow.second_bias, p},
          {at_position});
      const torch::NoGradGuard no_gradient;
      for (std::size_t i = 0; i < 4; ++i) sums[i] += parts[i];
      at_position = parts[4] + gradient.select(1, index);
    }
    return {sums[0], sums[1], sums[2], sums[3], at_position, Tensor(), Tensor()};
  }
};

}  // namespace

Tensor continue_trajectory(const Flow& flow, const Tensor& p, std::int64_t first,
                           std::int64_t count, double step) {
  const torch::NoGradGuard no_gradient;
  const packed::AutocastPause no_autocast;
  return points_after(widened(flow), packed::widened(p), first, count, step);
}

Tensor integrate_trajectory(const Flow& flow, const Tensor& initial, std::int64_t length,
                            double step) {
  const packed::AutocastPause no_autocast;
  const Tensor start = packed::widened(initial);
  if (length == 0) return start.new_empty({start.size(0), 0, start.size(1)});
  const Flow wide = widened(flow);
  return TrajectoryFunction::apply(wide.first_weight, wide.first_bias, wide.second_weight,
                                   wide.second_bias, start, length, step);
}

}  // namespace roformer::position
