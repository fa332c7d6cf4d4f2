#include "roformer/model/residual_norm.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/base/random.h"
#include "roformer/model/residual_norm_kernel.h"

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

ResidualNormTask norm_task(const Tensor& weight, const Tensor& bias, double epsilon,
                           const Dropout& dropout) {
  return {weight.size(0), static_cast<float>(epsilon),    static_cast<float>(dropout.probability),
          dropout.seed,   weight.const_data_ptr<float>(), bias.const_data_ptr<float>()};
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

struct NormResult {
  Tensor y, normalized, inverse_deviation;
};

enum class Keep { nothing, what_the_gradient_needs };

NormResult norm_forward(const Tensor& x, const Tensor& residual, const Tensor& weight,
                        const Tensor& bias, double epsilon, const Dropout& dropout, Keep keep) {
  NormResult result;
  result.y = torch::empty(x.sizes(), x.options());
  if (keep == Keep::what_the_gradient_needs) {
    result.normalized = torch::empty(x.sizes(), x.options());
    result.inverse_deviation = torch::empty({x.size(0)}, x.options());
  }
  const ResidualNormTask task = norm_task(weight, bias, epsilon, dropout);
  const auto* const source = x.const_data_ptr<float>();
  const auto* const other = residual.defined() ? residual.const_data_ptr<float>() : nullptr;
  auto* const y = result.y.data_ptr<float>();
  auto* const normalized =
      result.normalized.defined() ? result.normalized.data_ptr<float>() : nullptr;
  auto* const inverse =
      result.normalized.defined() ? result.inverse_deviation.data_ptr<float>() : nullptr;
  over_row_blocks(x.size(0), [&](auto isa, std::int64_t, std::int64_t begin, std::int64_t end) {
    residual_norm_rows<isa()>(task, source, other, y, normalized, inverse, begin, end);
  });
  return result;
}

struct ResidualNorm : torch::autograd::Function<ResidualNorm> {
  static Tensor forward(AutogradContext* context, const Tensor& x,
                        const std::optional<Tensor>& given, const Tensor& weight,
                        const Tensor& bias, double epsilon, double probability, std::int64_t seed) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const Tensor residual = given.value_or(Tensor());
    const Dropout dropout{probability, static_cast<std::uint64_t>(seed)};
    auto result =
        norm_forward(x, residual, weight, bias, epsilon, dropout, Keep::what_the_gradient_needs);
    context->save_for_backward({result.normalized, result.inverse_deviation, weight, bias});
    context->saved_data["has_residual"] = residual.defined();
    context->saved_data["probability"] = probability;
    context->saved_data["seed"] = seed;
    return result.y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &normalized = saved[0], &inverse = saved[1], &weight = saved[2];
    const Dropout dropout{context->saved_data["probability"].toDouble(),
                          static_cast<std::uint64_t>(context->saved_data["seed"].toInt())};
    const Tensor slope = gradients[0].contiguous();
    const std::int64_t rows = slope.size(0), size = slope.size(1);
    Tensor residual_gradient = torch::empty(slope.sizes(), slope.options());
    Tensor x_gradient =
        dropout.probability > 0 ? torch::empty(slope.sizes(), slope.options()) : residual_gradient;
    Tensor sums =
        torch::empty({std::max<std::int64_t>(1, norm_blocks(rows)), 2, size}, slope.options());
    if (rows == 0) sums.zero_();
    const ResidualNormTask task = norm_task(weight, saved[3], 0, dropout);
    const auto* const slope_data = slope.const_data_ptr<float>();
    const auto* const normalized_data = normalized.const_data_ptr<float>();
    const auto* const inverse_data = inverse.const_data_ptr<float>();
    auto* const residual_data = residual_gradient.data_ptr<float>();
    auto* const x_data = dropout.probability > 0 ? x_gradient.data_ptr<float>() : nullptr;
    auto* const sum_data = sums.data_ptr<float>();
    over_row_blocks(rows, [&](auto isa, std::int64_t block, std::int64_t begin, std::int64_t end) {
      float* const own = sum_data + block * 2 * size;
      residual_norm_gradient_rows<isa()>(task, slope_data, normalized_data, inverse_data,
                                         residual_data, x_data, own, own + size, begin, end);
    });
    const Tensor total = sums.sum(0);
    const bool has_residual = context->saved_data["has_residual"].toBool();
    return {x_gradient, has_residual ? residual_gradient : Tensor(),
            total[0],   total[1],
            Tensor(),   Tensor(),
            Tensor()};
  }
};

struct RmsNormResult {
  Tensor y, inverse_root;
};

ResidualNormTask rms_norm_task(const Tensor& x, double epsilon, const Dropout& dropout) {
  return {x.size(1),
          static_cast<float>(epsilon),
          static_cast<float>(dropout.probability),
          dropout.seed,
          nullptr,
          nullptr};
}

RmsNormResult rms_norm_forward(const Tensor& x, const Tensor& residual, double epsilon,
                               const Dropout& dropout) {
  const RmsNormResult result{torch::empty(x.sizes(), x.options()),
                             torch::empty({x.size(0)}, x.options())};
  const ResidualNormTask task = rms_norm_task(x, epsilon, dropout);
  const auto* const source = x.const_data_ptr<float>();
  const auto* const other = residual.defined() ? residual.const_data_ptr<float>() : nullptr;
  auto* const y = result.y.data_ptr<float>();
  auto* const inverse = result.inverse_root.data_ptr<float>();
  over_row_blocks(x.size(0), [&](auto isa, std::int64_t, std::int64_t begin, std::int64_t end) {
    residual_rms_norm_rows<isa()>(task, source, other, y, inverse, begin, end);
  });
  return result;
}

struct ResidualRmsNorm : torch::autograd::Function<ResidualRmsNorm> {
  static Tensor forward(AutogradContext* context, const Tensor& x,
                        const std::optional<Tensor>& given, double epsilon, double probability,
                        std::int64_t seed) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const auto result = rms_norm_forward(x, given.value_or(Tensor()), epsilon,
                                         {probability, static_cast<std::uint64_t>(seed)});
    context->save_for_backward({result.y, result.inverse_root});
    context->saved_data["has_residual"] = given.has_value();
    context->saved_data["probability"] = probability;
    context->saved_data["seed"] = seed;
    return result.y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Dropout dropout{context->saved_data["probability"].toDouble(),
                          static_cast<std::uint64_t>(context->saved_data["seed"].toInt())};
    const Tensor slope = gradients[0].contiguous();
    const Tensor residual_gradient = torch::empty(slope.sizes(), slope.options());
    const Tensor x_gradient =
        dropout.probability > 0 ? torch::empty(slope.sizes(), slope.options()) : residual_gradient;
    const ResidualNormTask task = rms_norm_task(slope, 0, dropout);
    const auto* const slope_data = slope.const_data_ptr<float>();
    const auto* const y = saved[0].const_data_ptr<float>();
    const auto* const inverse = saved[1].const_data_ptr<float>();
    auto* const residual_data = residual_gradient.data_ptr<float>();
    auto* const x_data = dropout.probability > 0 ? x_gradient.data_ptr<float>() : nullptr;
    over_row_blocks(slope.size(0),
                    [&](auto isa, std::int64_t, std::int64_t begin, std::int64_t end) {
                      residual_rms_norm_gradient_rows<isa()>(task, slope_data, y, inverse,
                                                             residual_data, x_data, begin, end);
                    });
    const bool has_residual = context->saved_data["has_residual"].toBool();
    return {x_gradient, has_residual ? residual_gradient : Tensor(), Tensor(), Tensor(), Tensor()};
  }
};

Tensor dropout_on_cpu(const Tensor& x, const Dropout& dropout) {
  Tensor result = torch::empty(x.sizes(), x.options());
  ResidualNormTask task{x.size(1),    0,       static_cast<float>(dropout.probability),
                        dropout.seed, nullptr, nullptr};
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
    context->saved_data["probability"] = probability;
    context->saved_data["seed"] = seed;
    return dropout_on_cpu(x.contiguous(), {probability, static_cast<std::uint64_t>(seed)});
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const Dropout dropout{context->saved_data["probability"].toDouble(),
                          static_cast<std::uint64_t>(context->saved_data["seed"].toInt())};
    return {dropout_on_cpu(gradients[0].contiguous(), dropout), Tensor(), Tensor()};
  }
};

bool norm_kernel_serves(const Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat32;
}

// residual + dropout(x), composed.
Tensor residual_sum(const Tensor& x, const Tensor& residual, const Dropout& dropout) {
  Tensor sum = x;
  if (dropout.probability > 0)
    sum = sum * dropout_factors(x.size(0), x.size(1), dropout).to(x.options());
  return residual.defined() ? sum + residual : sum;
}

bool wants_gradient(const Tensor& x) {
  return x.defined() && x.requires_grad();
}

}  // namespace

Tensor residual_norm(const Tensor& x, const Tensor& residual, const Tensor& weight,
                     const Tensor& bias, double epsilon, const Dropout& dropout) {
  base::require(x.dim() == 2 && x.size(1) == weight.size(0),
                "[model] expected rows of {} but got {}", weight.size(0), x.size(-1));
  if (!norm_kernel_serves(x))
    return residual_norm_composed(x, residual, weight, bias, epsilon, dropout);
  const Tensor rows = x.contiguous(), other = residual.defined() ? residual.contiguous() : residual;
  const bool gradient =
      torch::GradMode::is_enabled() && (wants_gradient(x) || wants_gradient(residual) ||
                                        wants_gradient(weight) || wants_gradient(bias));
  if (!gradient) return norm_forward(rows, other, weight, bias, epsilon, dropout, Keep::nothing).y;
  const auto given = other.defined() ? std::optional<Tensor>(other) : std::nullopt;
  return ResidualNorm::apply(rows, given, weight, bias, epsilon, dropout.probability,
                             static_cast<std::int64_t>(dropout.seed));
}

Tensor residual_norm_composed(const Tensor& x, const Tensor& residual, const Tensor& weight,
                              const Tensor& bias, double epsilon, const Dropout& dropout) {
  return torch::layer_norm(residual_sum(x, residual, dropout), {x.size(1)}, weight, bias, epsilon);
}

Tensor residual_rms_norm(const Tensor& x, const Tensor& residual, double epsilon,
                         const Dropout& dropout) {
  if (!norm_kernel_serves(x)) return residual_rms_norm_composed(x, residual, epsilon, dropout);
  const Tensor rows = x.contiguous(), other = residual.defined() ? residual.contiguous() : residual;
  const bool gradient =
      torch::GradMode::is_enabled() && (wants_gradient(x) || wants_gradient(residual));
  if (!gradient) return rms_norm_forward(rows, other, epsilon, dropout).y;
  const auto given = other.defined() ? std::optional<Tensor>(other) : std::nullopt;
  return ResidualRmsNorm::apply(rows, given, epsilon, dropout.probability,
                                static_cast<std::int64_t>(dropout.seed));
}

Tensor residual_rms_norm_composed(const Tensor& x, const Tensor& residual, double epsilon,
                                  const Dropout& dropout) {
  const Tensor sum = residual_sum(x, residual, dropout);
  return sum / (sum.square().mean(-1, true) + epsilon).sqrt();
}

Tensor dropout(const Tensor& x, const Dropout& dropout) {
  if (dropout.probability == 0) return x;
  if (norm_kernel_serves(x)) {
    return DropoutFunction::apply(x, dropout.probability, static_cast<std::int64_t>(dropout.seed));
  }
  return x * dropout_factors(x.size(0), x.size(1), dropout).to(x.options());
}

Tensor dropout_factors(std::int64_t rows, std::int64_t columns, const Dropout& dropout) {
  Tensor factors = torch::empty({rows, columns}, torch::kFloat32);
  auto* const data = factors.data_ptr<float>();
  const std::uint32_t threshold = base::drop_threshold(dropout.probability);
  const auto boost = static_cast<float>(1 / (1 - dropout.probability));
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto key = base::row_key(dropout.seed, static_cast<std::uint64_t>(row));
    for (std::int64_t column = 0; column < columns; ++column) {
      const bool kept = base::row_bits(static_cast<std::uint32_t>(column), key) >= threshold;
      data[row * columns + column] = kept ? boost : 0.0f;
    }
  }
  return factors;
}

}  // namespace roformer::model
