#include "roformer/attention/packed_attention.h"

#include <fmt/ranges.h>
#include <torch/autograd.h>
#include <torch/library.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "roformer/attention/head_rows.h"
#include "roformer/attention/softmax_attention_kernel.h"
#include "roformer/base/cpu_isa.h"
#include "roformer/base/error.h"
#include "roformer/packed/composed_gradients.h"
#include "roformer/packed/run_tasks.h"
#include "roformer/packed/wide_type.h"

namespace roformer::attention {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Queries begin .. end − 1 of one head of a span.
struct HeadTask {
  Span span;
  std::int64_t head, begin, end;
};

// Heads in flight at once: some more than threads, so that a short last task costs little.
constexpr std::int64_t tasks_per_thread = 4;
// Pieces of a head are cut no finer than this: each packs all keys and values anew.
constexpr std::int64_t smallest_piece = 96;

enum class Cut { whole_heads, pieces };

// Spans without keys have no task: their results and gradients are zero.
std::vector<HeadTask> make_tasks(const std::vector<Span>& spans, std::int64_t heads, Cut cut) {
  const auto sequences = static_cast<std::int64_t>(spans.size());
  const std::int64_t wanted = tasks_per_thread * at::get_num_threads();
  const std::int64_t pieces =
      std::max<std::int64_t>(1, wanted / std::max<std::int64_t>(1, sequences * heads));
  std::vector<HeadTask> tasks;
  for (const Span& span : spans) {
    if (span.num_keys == 0) continue;
    const std::int64_t length = span.num_queries;
    const std::int64_t piece =
        cut == Cut::whole_heads ? length : std::max(smallest_piece, (length + pieces - 1) / pieces);
    for (std::int64_t head = 0; head < heads; ++head) {
      for (std::int64_t begin = 0; begin < length; begin += piece) {
        tasks.push_back({span, head, begin, std::min(length, begin + piece)});
      }
    }
  }
  // Longest first, so that no thread is left with a long one at the end.
  std::stable_sort(tasks.begin(), tasks.end(), [](const HeadTask& a, const HeadTask& b) {
    return (a.end - a.begin) * a.span.num_keys > (b.end - b.begin) * b.span.num_keys;
  });
  return tasks;
}

AttentionShape shape_of(const HeadTask& task, std::int64_t num_queries, std::int64_t head_size,
                        const AttentionOptions& options) {
  AttentionShape shape;
  shape.num_queries = task.span.num_queries;
  shape.num_keys = task.span.num_keys;
  shape.head_size = head_size;
  shape.prefix = task.span.prefix;
  shape.offset = task.span.offset;
  shape.scale = static_cast<float>(options.scale);
  shape.dropout = static_cast<float>(options.dropout);
  shape.dropout_seed = options.dropout_seed;
  shape.first_mask_row =
      static_cast<std::uint64_t>(task.head * num_queries + task.span.first_query);
  return shape;
}

// The most scratch that any task needs.
AttentionShape largest_shape(const std::vector<HeadTask>& tasks, std::int64_t head_size) {
  AttentionShape largest = {};
  largest.head_size = head_size;
  for (const HeadTask& task : tasks) {
    largest.num_keys = std::max(largest.num_keys, task.span.num_keys);
    largest.num_queries = std::max(largest.num_queries, task.span.num_queries);
  }
  return largest;
}

// Queries, keys and values, (N, H, D) each.
struct Inputs {
  Tensor q, k, v;
};

Inputs parts_of(const Tensor& qkv) {
  return {qkv.select(1, 0), qkv.select(1, 1), qkv.select(1, 2)};
}

Tensor composed_of(const Inputs& x, const std::vector<Span>& spans,
                   const AttentionOptions& options) {
  return composed_attention(x.q, x.k, x.v, spans, options);
}

bool every_span(const std::vector<Span>& spans, bool (*holds)(const Span&)) {
  return std::all_of(spans.begin(), spans.end(), holds);
}

struct ForwardResult {
  Tensor out;          // (N_q, H, D)
  Tensor log_sum_exp;  // (H, N_q)
};

ForwardResult fused_forward(const Inputs& inputs, const std::vector<Span>& spans,
                            const AttentionOptions& options) {
  const std::int64_t queries = inputs.q.size(0), heads = inputs.q.size(1), size = inputs.q.size(2);
  const bool all_written = every_span(spans, [](const Span& span) { return span.num_keys > 0; });
  ForwardResult result;
  result.out = all_written ? torch::empty({queries, heads, size}, inputs.q.options())
                           : torch::zeros({queries, heads, size}, inputs.q.options());
  result.log_sum_exp = torch::empty({heads, queries}, inputs.q.options());
  const auto q = read_rows(inputs.q), k = read_rows(inputs.k), v = read_rows(inputs.v);
  const auto out = write_rows(result.out);
  auto* const sums = result.log_sum_exp.data_ptr<float>();
  const auto tasks = make_tasks(spans, heads, Cut::pieces);
  base::with_isa([&](auto isa) {
    const auto scratch = attend_scratch<isa()>(largest_shape(tasks, size));
    packed::run_tasks(tasks, scratch, [&](const HeadTask& task, float* memory) {
      const Span& span = task.span;
      attend<isa()>(shape_of(task, queries, size, options), q.at(span.first_query, task.head),
                    k.at(span.first_key, task.head), v.at(span.first_key, task.head), task.begin,
                    task.end, out.at(span.first_query, task.head),
                    sums + task.head * queries + span.first_query, memory);
    });
  });
  return result;
}

// What the backward pass reads, and where it writes.
struct BackwardInputs {
  Inputs inputs;
  Tensor out, log_sum_exp, out_gradient;
};

void fused_backward(const BackwardInputs& from, const Inputs& gradients,
                    const std::vector<Span>& spans, const AttentionOptions& options) {
  const std::int64_t queries = from.inputs.q.size(0), heads = from.inputs.q.size(1),
                     size = from.inputs.q.size(2);
  const auto q = read_rows(from.inputs.q), k = read_rows(from.inputs.k),
             v = read_rows(from.inputs.v), out = read_rows(from.out),
             slope = read_rows(from.out_gradient);
  const auto q_gradient = write_rows(gradients.q), k_gradient = write_rows(gradients.k),
             v_gradient = write_rows(gradients.v);
  const auto* const sums = from.log_sum_exp.const_data_ptr<float>();
  const auto tasks = make_tasks(spans, heads, Cut::whole_heads);
  base::with_isa([&](auto isa) {
    const auto scratch = attend_backward_scratch<isa()>(largest_shape(tasks, size));
    packed::run_tasks(tasks, scratch, [&](const HeadTask& task, float* memory) {
      const std::int64_t row = task.span.first_query, key = task.span.first_key, head = task.head;
      attend_backward<isa()>(
          shape_of(task, queries, size, options), q.at(row, head), k.at(key, head), v.at(key, head),
          out.at(row, head), sums + head * queries + row, slope.at(row, head),
          q_gradient.at(row, head), k_gradient.at(key, head), v_gradient.at(key, head), memory);
    });
  });
}

void keep_options(AutogradContext* context, const AttentionOptions& options) {
  context->saved_data["scale"] = options.scale;
  context->saved_data["dropout"] = options.dropout;
  context->saved_data["dropout_seed"] = static_cast<std::int64_t>(options.dropout_seed);
}

AttentionOptions kept_options(AutogradContext* context) {
  const auto& data = context->saved_data;
  return {data.at("scale").toDouble(), data.at("dropout").toDouble(),
          static_cast<std::uint64_t>(data.at("dropout_seed").toInt())};
}

struct PackedSelfAttention : torch::autograd::Function<PackedSelfAttention> {
  static Tensor forward(AutogradContext* context, const Tensor& qkv, const Tensor& spans,
                        const AttentionOptions& options) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const auto [out, log_sum_exp] = fused_forward(parts_of(qkv), spans_of(spans), options);
    context->save_for_backward({qkv, spans, out, log_sum_exp});
    keep_options(context, options);
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor& qkv = saved[0];
    const auto spans = spans_of(saved[1]);
    const auto options = kept_options(context);
    if (packed::gradient_is_differentiated()) {
      auto result = packed::composed_gradients({qkv}, gradients[0], [&](const variable_list& x) {
        return composed_of(parts_of(x[0]), spans, options);
      });
      result.resize(3);
      return result;
    }
    // Rows that no span writes (keys that nobody sees, queries without keys) have gradient zero.
    const bool all_written =
        every_span(spans, [](const Span& span) { return span.num_keys == span.num_queries; });
    const Tensor gradient = all_written ? torch::empty(qkv.sizes(), qkv.options())
                                        : torch::zeros(qkv.sizes(), qkv.options());
    fused_backward({parts_of(qkv), saved[2], saved[3], gradients[0].contiguous()},
                   parts_of(gradient), spans, options);
    return {gradient, Tensor(), Tensor()};
  }
};

struct PackedAttention : torch::autograd::Function<PackedAttention> {
  static Tensor forward(AutogradContext* context, const Tensor& q, const Tensor& k, const Tensor& v,
                        const Tensor& spans, const AttentionOptions& options) {
    const at::AutoDispatchBelowADInplaceOrView guard;
    const auto [out, log_sum_exp] = fused_forward({q, k, v}, spans_of(spans), options);
    context->save_for_backward({q, k, v, spans, out, log_sum_exp});
    keep_options(context, options);
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const Inputs inputs{saved[0], saved[1], saved[2]};
    const auto spans = spans_of(saved[3]);
    const auto options = kept_options(context);
    if (packed::gradient_is_differentiated()) {
      auto result = packed::composed_gradients(
          {inputs.q, inputs.k, inputs.v}, gradients[0], [&](const variable_list& x) {
            return composed_of({x[0], x[1], x[2]}, spans, options);
          });
      result.resize(5);
      return result;
    }
    const auto zeros = [](const Tensor& like) {
      return torch::zeros(like.sizes(), like.options());
    };
    const Inputs result{zeros(inputs.q), zeros(inputs.k), zeros(inputs.v)};
    fused_backward({inputs, saved[4], saved[5], gradients[0].contiguous()}, result, spans, options);
    return {result.q, result.k, result.v, Tensor(), Tensor()};
  }
};

void check_dropout(double dropout) {
  base::require(dropout >= 0 && dropout < 1, "[attention] expected dropout in [0, 1) but got {}",
                dropout);
}

Tensor packed_self_attention_operator(const Tensor& qkv, const Tensor& cu_seqlens, double scale,
                                      bool causal, double dropout, std::int64_t dropout_seed) {
  const auto spans =
      self_spans(cu_seqlens, qkv.size(0), causal ? Visibility::causal : Visibility::two_sided);
  return packed_self_attention(qkv, spans,
                               {scale, dropout, static_cast<std::uint64_t>(dropout_seed)});
}

TORCH_LIBRARY_FRAGMENT(roformer, library) {
  library.def(
      "packed_self_attention(Tensor qkv, Tensor cu_seqlens, float scale, bool causal=False, float "
      "dropout=0.,"
      " int dropout_seed=0) -> Tensor",
      packed_self_attention_operator);
}

}  // namespace

Tensor packed_self_attention(const Tensor& qkv, const std::vector<Span>& spans,
                             const AttentionOptions& options) {
  base::require(qkv.dim() == 4 && qkv.size(1) == 3,
                "[attention] expected qkv (N, 3, H, D) but got {} dimensions", qkv.dim());
  check_dropout(options.dropout);
  check_spans(spans, qkv.size(0), qkv.size(0));
  if (packed::wants_gradient({qkv})) require_own_keys(spans);
  if (packed::is_half_on_cpu(qkv))
    return packed_self_attention(packed::widened(qkv), spans, options).to(qkv.scalar_type());
  if (!packed::is_float_on_cpu(qkv)) return composed_of(parts_of(qkv), spans, options);
  return PackedSelfAttention::apply(qkv.contiguous(), spans_tensor(spans), options);
}

Tensor packed_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                        const std::vector<Span>& spans, const AttentionOptions& options) {
  base::require(q.dim() == 3 && k.dim() == 3 && k.sizes() == v.sizes() && q.size(1) == k.size(1) &&
                    q.size(2) == k.size(2),
                "[attention] expected q (N, H, D), k and v (M, H, D) but got {}, {} and {}",
                fmt::join(q.sizes(), "x"), fmt::join(k.sizes(), "x"), fmt::join(v.sizes(), "x"));
  check_dropout(options.dropout);
  check_spans(spans, q.size(0), k.size(0));
  const bool gradient = packed::wants_gradient({q, k, v});
  if (gradient) require_own_keys(spans);
  if (packed::is_half_on_cpu(q))
    return packed_attention(packed::widened(q), packed::widened(k), packed::widened(v), spans,
                            options)
        .to(v.scalar_type());
  if (!packed::is_float_on_cpu(q)) return composed_of({q, k, v}, spans, options);
  if (!gradient && options.dropout == 0 && has_few_queries(spans))
    return few_queries_attention(with_dense_rows(q), with_dense_rows(k), with_dense_rows(v), spans,
                                 options.scale);
  return PackedAttention::apply(with_dense_rows(q), with_dense_rows(k), with_dense_rows(v),
                                spans_tensor(spans), options);
}

}  // namespace roformer::attention
