#include "roformer/position/trajectory.h"

#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>

#include "roformer/packed/composed_gradients.h"
#include "roformer/packed/wide_type.h"

namespace roformer::position {
namespace {

using torch::Tensor;
using torch::autograd::variable_list;

constexpr int steps_a_position = 5;

// One of h's products with its weight laid out for rows: transposed, the time's column apart.
struct TimedProduct {
  Tensor weight, of_time, bias;  // (d, d), (d), (d)

  TimedProduct(const Tensor& timed_weight, const Tensor& timed_bias)
      : weight(timed_weight.narrow(1, 0, timed_weight.size(1) - 1).t().contiguous()),
        of_time(timed_weight.select(1, timed_weight.size(1) - 1).contiguous()),
        bias(timed_bias) {}

  Tensor at(const Tensor& x, double t) const {
    return torch::addmm(torch::add(bias, of_time, t), x, weight);
  }
};

struct FlowProducts {
  TimedProduct first, second;

  explicit FlowProducts(const Flow& flow)
      : first(flow.first_weight, flow.first_bias), second(flow.second_weight, flow.second_bias) {}
};

Tensor derivative(const FlowProducts& flow, const Tensor& p, double t) {
  return flow.second.at(flow.first.at(p, t).relu(), t);
}

// p(t_index) → p(t_{index + 1}).
Tensor next_position(const FlowProducts& flow, Tensor p, std::int64_t index, double step) {
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
  const FlowProducts products(flow);
  std::vector<Tensor> points;
  Tensor point = p;
  for (std::int64_t i = 0; i < count; ++i) {
    point = next_position(products, point, first + i, step);
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

// Rows of positions whose steps are computed again together: 20 evaluations of each are kept, 4
// tensors of 512 rows × 512 numbers × 4 B each.
constexpr std::int64_t rows_together = 512;
constexpr int evaluations_a_step = 4;
constexpr int evaluations_a_position = steps_a_position * evaluations_a_step;

// What the evaluations of h at P positions are made of, (evaluations, P, L, d) each: where, the
// product before its ReLU, and in the gradient what reaches h and what reaches that product.
struct Evaluations {
  Evaluations(std::int64_t positions, const Tensor& p)
      : at(torch::empty({evaluations_a_position, positions, p.size(0), p.size(1)}, p.options())),
        inner(torch::empty_like(at)),
        of_result(torch::empty_like(at)),
        of_inner(torch::empty_like(at)) {}

  Tensor at, inner, of_result, of_inner;
};

// t of evaluation `number` of the position `index`.
double time_of(std::int64_t index, int number, double step) {
  static constexpr double within[evaluations_a_step] = {0, 0.5, 0.5, 1};
  const double s = step / steps_a_position;
  return step * static_cast<double>(index) +
         s * (number / evaluations_a_step + within[number % evaluations_a_step]);
}

// The steps that leave the positions `first` … `first` + P − 1, curve (L, P, d), all of them at once.
void evaluate_again(const Flow& flow, const Tensor& curve, std::int64_t first, double step,
                    Evaluations& evaluations) {
  const std::int64_t size = curve.size(2), count = curve.size(1);
  const double s = step / steps_a_position;
  Tensor p = curve.transpose(0, 1).contiguous();  // (P, L, d)
  const auto evaluate = [&](const Tensor& x, int number) {
    const auto place = evaluations.inner.select(0, number);
    evaluations.at.select(0, number).copy_(x);
    Tensor times = torch::empty({count, 1, 1}, torch::kFloat64);
    for (std::int64_t i = 0; i < count; ++i) times[i] = time_of(first + i, number, step);
    const Tensor inner =
        torch::matmul(x, flow.first_weight.narrow(1, 0, size).t()) +
        (flow.first_bias + times.to(x.options()) * flow.first_weight.select(1, size));
    place.copy_(inner);
    return torch::matmul(inner.relu(), flow.second_weight.narrow(1, 0, size).t()) +
           (flow.second_bias + times.to(x.options()) * flow.second_weight.select(1, size));
  };
  for (int i = 0; i < steps_a_position; ++i) {
    const int number = i * evaluations_a_step;
    const Tensor k1 = evaluate(p, number);
    const Tensor k2 = evaluate(p + s / 2 * k1, number + 1);
    const Tensor k3 = evaluate(p + s / 2 * k2, number + 2);
    const Tensor k4 = evaluate(p + s * k3, number + 3);
    p = p + s / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
  }
}

// The gradient at a position's point from that at the next one, (L, d).
Tensor step_back(const Flow& flow, Tensor gradient, std::int64_t place, double step,
                 Evaluations& evaluations) {
  const std::int64_t size = gradient.size(1);
  const Tensor first = flow.first_weight.narrow(1, 0, size),
               second = flow.second_weight.narrow(1, 0, size);
  const double s = step / steps_a_position;
  const auto through = [&](const Tensor& of_result, int number) {
    evaluations.of_result[number][place].copy_(of_result);
    const Tensor of_inner = torch::threshold_backward(torch::matmul(of_result, second),
                                                      evaluations.inner[number][place], 0);
    evaluations.of_inner[number][place].copy_(of_inner);
    return torch::matmul(of_inner, first);
  };
  for (int i = steps_a_position - 1; i >= 0; --i) {
    const int number = i * evaluations_a_step;
    const Tensor x4 = through(s / 6 * gradient, number + 3);
    const Tensor x3 = through(torch::add(s / 3 * gradient, x4, s), number + 2);
    const Tensor x2 = through(torch::add(s / 3 * gradient, x3, s / 2), number + 1);
    const Tensor x1 = through(torch::add(s / 6 * gradient, x2, s / 2), number);
    gradient = gradient + x1 + x2 + x3 + x4;
  }
  return gradient;
}

// The gradients of h's parameters, summed up over all evaluations by one product each.
class FlowGradients {
 public:
  explicit FlowGradients(const Flow& flow)
      : sums_{torch::zeros_like(flow.first_weight), torch::zeros_like(flow.first_bias),
              torch::zeros_like(flow.second_weight), torch::zeros_like(flow.second_bias)} {}

  void add(const Evaluations& evaluations, std::int64_t first, double step) {
    const std::int64_t positions = evaluations.at.size(1), rows = evaluations.at.size(2);
    Tensor times = torch::empty({evaluations_a_position, positions, 1}, torch::kFloat64);
    auto values = times.accessor<double, 3>();
    for (int number = 0; number < evaluations_a_position; ++number) {
      for (std::int64_t i = 0; i < positions; ++i)
        values[number][i][0] = time_of(first + i, number, step);
    }
    const Tensor t = times.expand({-1, -1, rows}).to(evaluations.at.options()).reshape({-1, 1});
    add_product(0, evaluations.of_inner.flatten(0, 2), evaluations.at.flatten(0, 2), t);
    add_product(2, evaluations.of_result.flatten(0, 2), evaluations.inner.flatten(0, 2).relu(), t);
  }
  const std::array<Tensor, 4>& sums() const { return sums_; }

 private:
  // Of a product W (x, t) + b.
  void add_product(std::size_t place, const Tensor& slope, const Tensor& x, const Tensor& t) {
    sums_[place] += torch::cat({torch::matmul(slope.t(), x), torch::matmul(slope.t(), t)}, 1);
    sums_[place + 1] += slope.sum(0);
  }

  std::array<Tensor, 4> sums_;
};

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
    const torch::NoGradGuard no_gradient;
    const Flow flow{saved[0], saved[1], saved[2], saved[3]};
    const Tensor &curve = saved[5], &gradient = gradients[0];
    const std::int64_t together =
        std::max<std::int64_t>(1, rows_together / std::max<std::int64_t>(1, curve.size(0)));
    FlowGradients of_flow(flow);
    Tensor at_position = gradient.select(1, last);
    for (std::int64_t end = last; end > 0; end -= together) {
      const std::int64_t first = std::max<std::int64_t>(0, end - together);
      Evaluations evaluations(end - first, at_position);
      evaluate_again(flow, curve.narrow(1, first, end - first), first, step, evaluations);
      for (std::int64_t index = end - 1; index >= first; --index) {
        at_position = step_back(flow, at_position, index - first, step, evaluations) +
                      gradient.select(1, index);
      }
      of_flow.add(evaluations, first, step);
    }
    const auto& sums = of_flow.sums();
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
