#include "roformer/model/norm.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/format/blank_weights.h"
#include "roformer/model/residual_norm_kernel.h"
#include "roformer/packed/composed_gradients.h"
#include "roformer/packed/keep_mask.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/packed/wide_type.h"

namespace roformer::model {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows that one task of a parallel loop takes; sums of gradients are taken per block, then in
// order: the same for any number of threads.
constexpr std::int64_t norm_block = 64;

std::int64_t norm_blocks(std::int64_t rows) {
  return (rows + norm_block - 1) / norm_block;
}

const float* data_or_null(const Tensor& x) {
  return x.defined() ? x.const_data_ptr<float>() : nullptr;
}

float* place_or_null(const Tensor& x) {
  return x.defined() ? x.data_ptr<float>() : nullptr;
}

template <typename Work>
void over_row_blocks(std::int64_t rows, const Work& work) {
  base::with_isa([&](auto isa) {
    at::parallel_for(0, norm_blocks(rows), 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t block = first; block < last; ++block) {
        work(isa, block, block * norm_block, std::min(rows, (block + 1) * norm_block));
      }
    });
  });
}

void keep_dropout(AutogradContext* context, const Dropout& dropout) {
  context->saved_data["probability"] = dropout.probability;
  context->saved_data["seed"] = static_cast<std::int64_t>(dropout.seed);
}

Dropout kept_dropout(AutogradContext* context) {
  return {context->saved_data["probability"].toDouble(),
          static_cast<std::uint64_t>(context->saved_data["seed"].toInt())};
}

std::optional<Tensor> given(const Tensor& x) {
  return x.defined() ? std::optional<Tensor>(x) : std::nullopt;
}

// Weight and bias of LayerNorm, or neither.
struct NormWeights {
  Tensor weight, bias;

  ResidualNormTask task(std::int64_t size, double epsilon, const Dropout& dropout) const {
    return {size,         static_cast<float>(epsilon), static_cast<float>(dropout.probability),
            dropout.seed, data_or_null(weight),        data_or_null(bias)};
  }
};

// residual + dropout(x), composed.
Tensor residual_sum(const Tensor& x, const Tensor& residual, const Dropout& dropout) {
  Tensor sum = x;
  if (dropout.probability > 0)
    sum = sum * dropout_factors(x.size(0), x.size(1), dropout).to(x.options());
  return residual.defined() ? sum + residual : sum;
}

// The norm of rows, composed.
Tensor norm_of(const Tensor& rows, const NormWeights& weights, double epsilon) {
  if (weights.weight.defined())
    return torch::layer_norm(rows, {rows.size(1)}, weights.weight, weights.bias, epsilon);
  return rows / (rows.square().mean(-1, true) + epsilon).sqrt();
}

struct NormResult {
  Tensor y, normalized, inverse_deviation;
};

enum class Keep { nothing, what_the_gradient_needs };

NormResult norm_forward(const Tensor& x, const Tensor& residual, const NormWeights& weights,
                        double epsilon, const Dropout& dropout, Keep keep) {
  NormResult result;
  result.y = torch::empty(x.sizes(), x.options());
  if (keep == Keep::what_the_gradient_needs) {
    // Without weights the result is what was normalised.
    result.normalized = weights.weight.defined() ? torch::empty(x.sizes(), x.options()) : result.y;
    result.inverse_deviation = torch::empty({x.size(0)}, x.options());
  }
  const ResidualNormTask task = weights.task(x.size(1), epsilon, dropout);
  const auto* const source = x.const_data_ptr<float>();
  const auto* const other = data_or_null(residual);
  auto* const y = result.y.data_ptr<float>();
  auto* const normalized = place_or_null(result.normalized);
  auto* const inverse = place_or_null(result.inverse_deviation);
  over_row_blocks(x.size(0), [&](auto isa, std::int64_t, std::int64_t begin, std::int64_t end) {
    residual_norm_rows<isa()>(task, source, other, y, normalized, inverse, begin, end);
  });
  return result;
}

// Zeros in the place of an operator's input, whose gradient goes where that of the input goes.
Tensor stand_in(const Tensor& like, const torch::autograd::Edge& edge) {
  Tensor zeros = torch::zeros(like.sizes(), like.options());
  if (edge.is_valid()) torch::autograd::impl::set_gradient_edge(zeros, edge);
  return zeros;
}

struct ResidualNorm : torch::autograd::Function<ResidualNorm> {
  static Tensor forward(AutogradContext* context, const Tensor& x,
                        const std::optional<Tensor>& residual, const std::optional<Tensor>& weight,
                        const std::optional<Tensor>& bias, double epsilon, double probability,
                        std::int64_t seed) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const NormWeights weights{weight.value_or(Tensor()), bias.value_or(Tensor())};
    const Dropout dropout{probability, static_cast<std::uint64_t>(seed)};
    context->saved_data["epsilon"] = epsilon;
    const auto result = norm_forward(x, residual.value_or(Tensor()), weights, epsilon, dropout,
                                     Keep::what_the_gradient_needs);
    context->save_for_backward(
        {result.normalized, result.inverse_deviation, weights.weight, weights.bias});
    context->saved_data["has_residual"] = residual.has_value();
    keep_dropout(context, dropout);
    return result.y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const NormWeights weights{saved[2], saved[3]};
    const bool has_weights = weights.weight.defined();
    const Dropout dropout = kept_dropout(context);
    if (packed::gradient_is_differentiated()) return composed_backward(context, gradients[0]);
    const Tensor slope = gradients[0].contiguous();
    const std::int64_t rows = slope.size(0), size = slope.size(1);
    const Tensor residual_gradient = torch::empty(slope.sizes(), slope.options());
    const Tensor x_gradient =
        dropout.probability > 0 ? torch::empty(slope.sizes(), slope.options()) : residual_gradient;
    Tensor sums;
    if (has_weights)
      sums = torch::empty({std::max<std::int64_t>(1, norm_blocks(rows)), 2, size}, slope.options());
    if (has_weights && rows == 0) sums.zero_();
    const ResidualNormTask task = weights.task(size, 0, dropout);
    const auto* const slope_data = slope.const_data_ptr<float>();
    const auto* const normalized = saved[0].const_data_ptr<float>();
    const auto* const inverse = saved[1].const_data_ptr<float>();
    auto* const residual_data = residual_gradient.data_ptr<float>();
    auto* const x_data = dropout.probability > 0 ? x_gradient.data_ptr<float>() : nullptr;
    auto* const sum_data = place_or_null(sums);
    over_row_blocks(rows, [&](auto isa, std::int64_t block, std::int64_t begin, std::int64_t end) {
      residual_norm_gradient_rows<isa()>(
          task, slope_data, normalized, inverse, residual_data, x_data,
          sum_data == nullptr ? nullptr : sum_data + block * 2 * size, begin, end);
    });
    variable_list result(7);
    result[0] = x_gradient;
    if (context->saved_data["has_residual"].toBool()) result[1] = residual_gradient;
    if (!has_weights) return result;
    const Tensor total = sums.sum(0);
    result[2] = total[0];
    result[3] = total[1];
    return result;
  }

  // x and the residual were not kept. What was normalised is: their sum, less its mean, which the
  // norm takes away anyhow. So it is added to zeros that stand for the two.
  static variable_list composed_backward(AutogradContext* context, const Tensor& slope) {
    const auto saved = context->get_saved_variables();
    const Tensor sum = saved[0].detach() / saved[1].unsqueeze(1);
    const auto node = torch::autograd::get_current_node();
    const bool has_residual = context->saved_data["has_residual"].toBool();
    const Tensor x = stand_in(sum, node->next_edge(0)),
                 residual = has_residual ? stand_in(sum, node->next_edge(1)) : Tensor();
    const double epsilon = context->saved_data["epsilon"].toDouble();
    auto result = packed::composed_gradients(
        {x, residual, saved[2], saved[3]}, slope, [&](const variable_list& inputs) {
          return norm_of(residual_sum(inputs[0], inputs[1], kept_dropout(context)) + sum,
                         {inputs[2], inputs[3]}, epsilon);
        });
    result.resize(7);
    return result;
  }
};

Tensor dropout_on_cpu(const Tensor& x, const Dropout& dropout) {
  Tensor result = torch::empty(x.sizes(), x.options());
  const ResidualNormTask task = NormWeights().task(x.size(1), 0, dropout);
  const auto* const source = x.const_data_ptr<float>();
  auto* const target = result.data_ptr<float>();
  over_row_blocks(x.size(0), [&](auto isa, std::int64_t, std::int64_t begin, std::int64_t end) {
    dropout_rows<isa()>(task, source, target, begin, end);
  });
  return result;
}

struct DropoutFunction : torch::autograd::Function<DropoutFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, double probability,
                        std::int64_t seed) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const Dropout dropout{probability, static_cast<std::uint64_t>(seed)};
    keep_dropout(context, dropout);
    return dropout_on_cpu(x.contiguous(), dropout);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const Dropout kept = kept_dropout(context);
    if (packed::gradient_is_differentiated())
      return {apply(gradients[0], kept.probability, static_cast<std::int64_t>(kept.seed)), Tensor(),
              Tensor()};
    return {dropout_on_cpu(gradients[0].contiguous(), kept), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor residual_norm(const Tensor& x, const Tensor& residual, const Tensor& weight,
                     const Tensor& bias, double epsilon, const Dropout& dropout) {
  base::require(!weight.defined() || (x.dim() == 2 && x.size(1) == weight.size(0)),
                "[model] expected rows of {} but got {}", weight.defined() ? weight.size(0) : 0,
                x.size(-1));
  if (!packed::is_float_on_cpu(x))
    return residual_norm_composed(x, residual, weight, bias, epsilon, dropout);
  const Tensor rows = x.contiguous(), other = residual.defined() ? residual.contiguous() : residual;
  if (!packed::wants_gradient({x, residual, weight, bias}))
    return norm_forward(rows, other, {weight, bias}, epsilon, dropout, Keep::nothing).y;
  return ResidualNorm::apply(rows, given(other), given(weight), given(bias), epsilon,
                             dropout.probability, static_cast<std::int64_t>(dropout.seed));
}

Tensor residual_norm_composed(const Tensor& x, const Tensor& residual, const Tensor& weight,
                              const Tensor& bias, double epsilon, const Dropout& dropout) {
  const auto wide = [](const Tensor& y) { return y.defined() ? packed::widened(y) : y; };
  return norm_of(residual_sum(wide(x), wide(residual), dropout), {wide(weight), wide(bias)},
                 epsilon)
      .to(x.scalar_type());
}

Tensor dropout(const Tensor& x, const Dropout& dropout) {
  if (dropout.probability == 0) return x;
  if (packed::is_float_on_cpu(x)) {
    return DropoutFunction::apply(x, dropout.probability, static_cast<std::int64_t>(dropout.seed));
  }
  return x * dropout_factors(x.size(0), x.size(1), dropout).to(x.options());
}

Tensor dropout_factors(std::int64_t rows, std::int64_t columns, const Dropout& dropout) {
  return packed::keep_mask(dropout.seed, 0, rows, columns, dropout.probability)
      .to(torch::kFloat32)
      .mul_(static_cast<float>(1 / (1 - dropout.probability)));
}

void NormImpl::forward_few(const float* x, const float* residual, float* y, std::int64_t rows,
                           std::int64_t size) const {
  const ResidualNormTask task = NormWeights{weight_, bias_}.task(size, epsilon_, {});
  base::with_isa([&](auto isa) {
    residual_norm_rows<isa()>(task, x, residual, y, nullptr, nullptr, 0, rows);
  });
}

NormImpl::NormImpl(std::int64_t size, const EncoderConfig& config)
    : epsilon_(config.layer_norm_eps) {
  if (config.norm_type != "layer_norm") return;
  weight_ = register_parameter("weight",
                               format::new_weight({size}, [](torch::Tensor& x) { x.fill_(1); }));
  bias_ =
      register_parameter("bias", format::new_weight({size}, [](torch::Tensor& x) { x.zero_(); }));
}

}  // namespace roformer::model
