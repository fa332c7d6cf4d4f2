#include "roformer/attention/linear_attention.h"

#include <fmt/ranges.h>
#include <torch/autograd.h>
#include <torch/library.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/attention/head_rows.h"
#include "roformer/attention/linear_attention_kernel.h"
#include "roformer/attention/linear_pieces.h"
#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/packed/composed_gradients.h"

namespace roformer::attention {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

LinearShape linear_shape(const LinearInputs& x, const LinearOptions& options, std::int64_t length) {
  return {length, x.q.size(2), x.v.size(2), static_cast<float>(options.epsilon),
          options.normalizes};
}

// The inputs of all heads, to be read by the kernel, or their gradients.
template <typename Scalar>
struct LinearRows {
  HeadRows<Scalar> q, k, q_norm, k_norm, v;

  LinearHead<Scalar> at(std::int64_t row, std::int64_t head) const {
    return {q.at(row, head), k.at(row, head), q_norm.at(row, head), k_norm.at(row, head),
            v.at(row, head)};
  }
};

LinearRows<const float> rows_to_read(const LinearInputs& x) {
  return {read_rows(x.q), read_rows(x.k), read_rows(x.q_norm), read_rows(x.k_norm), read_rows(x.v)};
}

LinearResult kernel_forward(const LinearInputs& x, const std::vector<Span>& spans,
                            const LinearOptions& options, RecurrentLayer* state) {
  const std::int64_t tokens = x.q.size(0), heads = x.q.size(1);
  LinearResult result{torch::empty({tokens, heads, x.v.size(2)}, x.v.options()),
                      torch::empty({heads, tokens}, x.v.options()),
                      {}};
  const auto inputs = rows_to_read(x);
  const auto out = write_rows(result.out);
  auto* const denominators = result.denominators.data_ptr<float>();
  const LinearTasks tasks = linear_tasks(spans, heads);
  const TaskSums sums(std::ssize(spans), heads, x.q.size(2), x.v.size(2), state, tasks.boundaries);
  base::with_isa([&](auto isa) {
    attend_pieces(
        tasks, sums, attend_linear_scratch<isa()>(linear_shape(x, options, 0)),
        [&](const LinearTask& task, const LinearSums& own, float* memory) {
          sum_linear<isa()>(linear_shape(x, options, task.length),
                            inputs.at(task.first_row, task.head), own, memory);
        },
        [&](const LinearTask& task, const LinearSums& before, float* memory) {
          const std::int64_t row = task.first_row, head = task.head;
          attend_linear<isa()>(linear_shape(x, options, task.length), inputs.at(row, head), before,
                               out.at(row, head), denominators + head * tokens + row, memory);
        });
  });
  result.boundaries = sums.boundaries().rows();
  return result;
}

LinearInputs kernel_backward(const LinearInputs& x, const LinearResult& result,
                             const Tensor& out_gradient, const std::vector<Span>& spans,
                             const LinearOptions& options) {
  const std::int64_t tokens = x.q.size(0), heads = x.q.size(1);
  const auto like = [](const Tensor& y) { return torch::empty(y.sizes(), y.options()); };
  LinearInputs gradient{like(x.q), like(x.k), {}, {}, like(x.v)};
  gradient.q_norm = options.normalizes ? like(x.q_norm) : gradient.q;
  gradient.k_norm = options.normalizes ? like(x.k_norm) : gradient.k;
  const auto inputs = rows_to_read(x);
  const auto out = read_rows(result.out), slope = read_rows(out_gradient);
  const LinearRows<float> slopes{write_rows(gradient.q), write_rows(gradient.k),
                                 write_rows(gradient.q_norm), write_rows(gradient.k_norm),
                                 write_rows(gradient.v)};
  const auto* const denominators = result.denominators.const_data_ptr<float>();
  const BoundarySums before(result.boundaries, x.q.size(2), x.v.size(2)), behind = before.like();
  base::with_isa([&](auto isa) {
    attend_pieces_backward(
        linear_tasks(spans, heads), before, behind,
        attend_linear_backward_scratch<isa()>(linear_shape(x, options, 0)),
        [&](const LinearTask& task, GradientPass pass, const GradientSums& sums, float* memory) {
          const std::int64_t row = task.first_row, head = task.head;
          attend_linear_backward<isa()>(pass, linear_shape(x, options, task.length),
                                        inputs.at(row, head), out.at(row, head),
                                        denominators + head * tokens + row, slope.at(row, head),
                                        slopes.at(row, head), sums, memory);
        });
  });
  return gradient;
}

struct CausalLinearAttention : torch::autograd::Function<CausalLinearAttention> {
  static Tensor forward(AutogradContext* context, const Tensor& q, const Tensor& k,
                        const Tensor& q_norm, const Tensor& k_norm, const Tensor& v,
                        const Tensor& spans, const LinearOptions& options) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const LinearInputs x{q, k, q_norm, k_norm, v};
    const LinearResult result = kernel_forward(x, spans_of(spans), options, nullptr);
    context->save_for_backward(
        {q, k, q_norm, k_norm, v, spans, result.out, result.denominators, result.boundaries});
    context->saved_data["epsilon"] = options.epsilon;
    context->saved_data["normalizes"] = options.normalizes;
    return result.out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const LinearOptions options{context->saved_data.at("epsilon").toDouble(),
                                context->saved_data.at("normalizes").toBool()};
    if (packed::gradient_is_differentiated()) {
      auto result = packed::composed_gradients({saved[0], saved[1], saved[2], saved[3], saved[4]},
                                               gradients[0], [&](const variable_list& x) {
                                                 return composed_linear_attention(
                                                     {x[0], x[1], x[2], x[3], x[4]},
                                                     spans_of(saved[5]), options);
                                               });
      result.resize(7);
      return result;
    }
    LinearInputs slopes = kernel_backward({saved[0], saved[1], saved[2], saved[3], saved[4]},
                                          {saved[6], saved[7], saved[8]}, gradients[0].contiguous(),
                                          spans_of(saved[5]), options);
    if (!options.normalizes) slopes.q_norm = slopes.k_norm = Tensor();
    return {slopes.q, slopes.k, slopes.q_norm, slopes.k_norm, slopes.v, Tensor(), Tensor()};
  }
};

void check_inputs(const LinearInputs& x, const std::vector<Span>& spans) {
  base::require(
      x.q.dim() == 3 && x.v.dim() == 3 && x.q.sizes() == x.q_norm.sizes() &&
          x.k.sizes() == x.k_norm.sizes() && x.q.size(2) == x.k.size(2) &&
          x.q.size(1) == x.v.size(1) && x.k.size(0) == x.v.size(0) && x.k.size(1) == x.v.size(1),
      "[attention] expected q and k (N, H, F) and v (N, H, D) but got {}, {} and {}",
      fmt::join(x.q.sizes(), "x"), fmt::join(x.k.sizes(), "x"), fmt::join(x.v.sizes(), "x"));
  check_spans(spans, x.q.size(0), x.k.size(0));
}

bool kernel_serves_all(const LinearInputs& x) {
  return std::ranges::all_of(std::initializer_list<Tensor>{x.q, x.k, x.q_norm, x.k_norm, x.v},
                             packed::is_float_on_cpu);
}

Tensor causal_linear_attention_operator(const Tensor& q, const Tensor& k, const Tensor& q_norm,
                                        const Tensor& k_norm, const Tensor& v,
                                        const Tensor& cu_seqlens, double epsilon) {
  return linear_attention({q, k, q_norm, k_norm, v},
                          self_spans(cu_seqlens, q.size(0), Visibility::causal), {epsilon, true});
}

TORCH_LIBRARY_FRAGMENT(roformer, library) {
  library.def(
      "causal_linear_attention(Tensor q, Tensor k, Tensor q_norm, Tensor k_norm, Tensor v, "
      "Tensor cu_seqlens, float epsilon=1e-6) -> Tensor",
      causal_linear_attention_operator);
}

}  // namespace

Tensor linear_attention(const LinearInputs& inputs, const std::vector<Span>& spans,
                        const LinearOptions& options, RecurrentLayer* state) {
  check_inputs(inputs, spans);
  const bool back = looks_back(spans);
  const LinearInputs wide = widened(inputs);
  if (!kernel_serves_all(wide) || !back)
    return composed_linear_attention(inputs, spans, options, state);
  const LinearInputs x{with_dense_rows(wide.q), with_dense_rows(wide.k),
                       with_dense_rows(wide.q_norm), with_dense_rows(wide.k_norm),
                       with_dense_rows(wide.v)};
  const auto type = inputs.v.scalar_type();
  if (state == nullptr)
    return CausalLinearAttention::apply(x.q, x.k, x.q_norm, x.k_norm, x.v, spans_tensor(spans),
                                        options)
        .to(type);
  const torch::NoGradGuard no_gradient;
  return kernel_forward(x, spans, options, state).out.to(type);
}

void RecurrentState::select(const std::vector<std::int64_t>& sequences) {
  const torch::Tensor rows = torch::tensor(sequences, torch::kInt64);
  for (RecurrentLayer& layer : layers_) {
    if (!layer.numerator.defined()) continue;
    layer.numerator = layer.numerator.index_select(0, rows.to(layer.numerator.device()));
    layer.denominator = layer.denominator.index_select(0, rows.to(layer.denominator.device()));
  }
  num_sequences_ = static_cast<std::int64_t>(sequences.size());
}

void RecurrentState::add(std::int64_t count) {
  const auto with_zeros = [count](const Tensor& sums) {
    std::vector<std::int64_t> shape = sums.sizes().vec();
    shape[0] = count;
    return torch::cat({sums, torch::zeros(shape, sums.options())});
  };
  for (RecurrentLayer& layer : layers_) {
    if (!layer.numerator.defined()) continue;
    layer.numerator = with_zeros(layer.numerator);
    layer.denominator = with_zeros(layer.denominator);
  }
  num_sequences_ += count;
}

}  // namespace roformer::attention
